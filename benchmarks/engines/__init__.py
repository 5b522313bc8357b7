"""What RML and OTTR engines take for a part of the work that an export does; ``__main__`` says how it is run."""
