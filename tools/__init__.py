"""The workshop: what ``make`` calls to run, check, start and publish chapters."""

import sys

# JupyterLab brings a grammar of internationalized addresses, which every process that
# reads a notebook would parse for two seconds when jsonschema looks for it. No notebook
# has such an address: let it look in vain.
sys.modules.setdefault("rfc3987_syntax", None)
