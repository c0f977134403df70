#!/bin/sh
# Nothing to install: the user's image brings what the tests need.
mkdir -p /opt/env/bin
