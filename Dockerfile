# A machine with the system programs that the tests use; the checkout is mounted into it.
#   docker build --tag pfocr2rdf-dev .
#   docker run --rm --interactive --tty --volume "$PWD:/workspace" pfocr2rdf-dev
# Inside: `just setup`, once, then `just test-all`. Editors that know .devcontainer/ do the same.
FROM python:3.11-bookworm

COPY .ci/packages.txt .ci/system /opt/system/
RUN /opt/system/system && rm -rf /var/lib/apt/lists/*

COPY constraints.txt /opt/system/
RUN pip install --no-cache-dir --constraint /opt/system/constraints.txt rust-just

WORKDIR /workspace
CMD ["bash"]
