"""The export pipeline: read, map, validate, serialize, publish; incremental and partitioned, on any executor.

May import ``mapping``, ``validation``, ``records``, ``rdf`` and ``storage``.
"""
