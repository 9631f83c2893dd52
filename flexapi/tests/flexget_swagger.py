"""Prints the Swagger document of FlexGet's own API as JSON. A program: `python flexget_swagger.py CONFIG`."""

import json
import sys

import flexget.log
from flexget import plugin
from flexget.api import api, api_app
from flexget.manager import Manager

flexget.log.initialize()
# Plugins, which bring the endpoints, want a manager to be there.
Manager(["-c", sys.argv[1], "execute"])
plugin.load_plugins(extra_plugins=[], extra_components=[])
with api_app.test_request_context():
    print(json.dumps(api.__schema__))
