#!/usr/bin/env bash
# The Python environment of the deployment checks (aws-sam-cli, cfn-lint, moto): see python-venv.sh.
set -euo pipefail
exec "$(dirname "$0")/python-venv.sh" scripts/sam-requirements.txt
