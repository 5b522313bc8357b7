# The commands of this project. `just` lists them; CONTRIBUTING.md says what they are for; .ci/run calls them.

set positional-arguments

venv := ".venv/bin"

# list the recipes
default:
    @just --list --unsorted

# make .venv with everything for tests, checks and documentation, in the versions of constraints.txt
setup:
    python3 -m venv .venv
    {{ venv }}/pip install --quiet --constraint constraints.txt --editable '.[test,check,docs]'

# install the system programs that the end-to-end tests use (Debian, as root)
system:
    .ci/system

# make .venv-validators, an environment with validators of other projects that tests use
validators:
    .ci/validators

# export the examples to output/, as the README does
demo:
    {{ venv }}/pfocr2rdf export examples --output output

# run the unit and integration tests, but for exhaustive ones, with a tenth of the examples; options go to pytest
test *options:
    HYPOTHESIS_PROFILE=dev {{ venv }}/python -m pytest -n auto -m 'not exhaustive' tests/unit tests/integration "$@"

# run all tests; options go to pytest
test-all *options:
    {{ venv }}/python -m pytest -n auto "$@"

# try 10,000 generated records, archives, queries and requests each; --seed, --count, --kind as in python -m tests.fuzz --help
fuzz *options:
    {{ venv }}/python -m tests.fuzz "$@"

# check style, types, the direction of imports, and spelling; change nothing
lint:
    {{ venv }}/ruff check .
    {{ venv }}/ruff format --check .
    {{ venv }}/mypy
    {{ venv }}/lint-imports
    {{ venv }}/typos

# format the code and sort imports
fix:
    {{ venv }}/ruff check --fix .
    {{ venv }}/ruff format .

# build the documentation into site/; a broken link is an error
docs:
    NO_MKDOCS_2_WARNING=1 {{ venv }}/mkdocs build --strict --quiet

# update the outputs on the pages after an intended change
transcripts:
    {{ venv }}/python docs/transcripts.py
    {{ venv }}/python docs/notebooks.py

# check that the fast pipeline and the simple one write the same statements, without measurements
agreement:
    {{ venv }}/python -m benchmarks.compare --quick

# run all benchmarks, rewrite docs/benchmarks.md and print the bars; --size quick, small, full, --against CHECKOUT, --compiled ENVIRONMENT, --only, --no-page
bench *options:
    {{ venv }}/python -m benchmarks.report "$@"

# ask the validators of others about an export of the examples; `just referees --write` renews the table in docs/referees.md
referees *options:
    {{ venv }}/python -m tests.referees "$@"

# run the unit tests and the main commands with the lowest versions that pyproject.toml allows
lowest:
    .ci/lowest

# build a wheel with compiled modules into dist/, for this Python and this kind of machine
wheel:
    PFOCR2RDF_MYPYC=required {{ venv }}/uv build --wheel --quiet --python {{ venv }}/python --build-constraints constraints.txt

# prove that compiled modules do as the Python files do: unit tests, and exports with the same bytes
compiled:
    .ci/compiled

# write constraints.txt and constraints-lowest.txt anew, from the bounds in pyproject.toml, and those of .ci/validators
lock:
    {{ venv }}/uv pip compile pyproject.toml --all-extras --universal --upgrade \
        --no-header --no-annotate --no-emit-index-url --quiet --output-file constraints.txt
    {{ venv }}/uv pip compile pyproject.toml --extra dask --extra s3 --extra gcs --extra serve --extra plots --extra pandas --extra polars --extra networkx --extra tables --extra test \
        --python-version 3.11 --resolution lowest-direct --upgrade \
        --no-header --no-annotate --no-emit-index-url --quiet --output-file constraints-lowest.txt
    {{ venv }}/uv pip compile .ci/validators.txt --universal --python-version 3.11 --upgrade \
        --no-header --no-annotate --no-emit-index-url --quiet --output-file .ci/validators-constraints.txt

# check each commit before it is made
hooks:
    {{ venv }}/pre-commit install
