#!/usr/bin/env bash
# sarif.sh CLI PROBE INPUT: whether the SARIF of a finding is as the format's schema says, and whether the schema would notice.
# The schema is that of a package in the npm registry. Without npm, network or a validator: 77, skipped.
set -euo pipefail

cli=$1 probe=$2 input=$3
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

python3 -c 'import jsonschema' 2>/dev/null || exit 77
(cd "$place" && timeout 60 npm pack --silent @microsoft/jest-sarif@1.0.0-beta.0 >npm.log 2>&1) || exit 77
tar -xzf "$place"/microsoft-jest-sarif-*.tgz -C "$place"
"$cli" triage "$input" --probe "$probe" --out "$place/shelf" || true
python3 - "$place"/package/lib/schemas/sarif-2.1.0-*.json "$place/shelf/triage.sarif" <<'END'
import json, sys
import jsonschema

schema, log = (json.load(open(name)) for name in sys.argv[1:])
assert log["runs"][0]["results"], "there is no result"
jsonschema.validate(log, schema)
for spoil in (lambda l: l.update(version="3"), lambda l: l["runs"][0]["results"][0].update(level="dreadful"),
              lambda l: l["runs"][0].pop("tool")):
    wrong = json.loads(json.dumps(log))
    spoil(wrong)
    try:
        jsonschema.validate(wrong, schema)
    except jsonschema.ValidationError:
        continue
    sys.exit("the schema notices nothing")
END
