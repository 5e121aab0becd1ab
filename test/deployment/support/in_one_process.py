"""Runs the command lines of a list on stdin, each `sam …` or `cfn-lint …`, and prints what each said and its exit code.

They run in this one process, and what cfn-lint finds in a template is found once: it takes seconds for each, and
`sam validate --lint` asks the same linter the same.
"""

import contextlib
import functools
import io
import json
import shlex
import sys

from cfnlint.runner import main as cfn_lint
from cfnlint.runner.template import runner
from samcli.cli.main import cli as sam


def remembering(run_template):
    clean = set()

    @functools.wraps(run_template)
    def run(filename, template, config, rules):
        asked = json.dumps(
            [template, config.regions, config.include_checks, config.ignore_checks, config.mandatory_checks],
            default=str,
            sort_keys=True,
        )
        if asked in clean:
            return
        found = list(run_template(filename, template, config, rules))
        # What was found names its file, so it is looked for again.
        if not found:
            clean.add(asked)
        yield from found

    return run


runner._run_template = remembering(runner._run_template)


def said_by(line):
    program, *arguments = shlex.split(line)
    said = io.StringIO()
    code = 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            sys.argv = [program, *arguments]
            code = {"sam": sam, "cfn-lint": cfn_lint}[program]()
        except SystemExit as ended:
            code = ended.code
    return {"code": code or 0, "said": said.getvalue()}


json.dump([said_by(line) for line in json.load(sys.stdin)], sys.stdout)
