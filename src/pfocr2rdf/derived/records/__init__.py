"""The reverse of the mapping: records in both schemas from the nodes of a finished graph.

A record has what the statements of its figure, its mentions and its entities say. Statements that no field of a record has are
written into its own JSON-LD, ``schema-jsonld``.
"""
