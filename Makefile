setup: .venv/.requirements
.venv/.requirements: requirements.txt requirements/dev.txt
	python3 -m venv .venv
	.venv/bin/python -m pip install --quiet --require-hashes -r requirements.txt -r requirements/dev.txt
	touch $@
.PHONY: setup
