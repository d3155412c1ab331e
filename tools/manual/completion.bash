# Completion of ./umbra for bash; for zsh after `autoload -U bashcompinit && bashcompinit`:
#
#   source <(./umbra completion)
#
# What can be completed is read from the help of the tree whose ./umbra is on the line, so it is never out of date.
# shellcheck shell=bash

# Where the help is of the umbra that is being completed; nothing if there is none.
_umbra_help() {
  local program=${1/#\~\//$HOME/}
  program=$(readlink -f -- "$(command -v -- "$program")" 2>/dev/null) || return 1
  [[ -f ${program%/*}/tools/help/umbra.txt ]] && echo "${program%/*}/tools/help"
}

_umbra() {
  local help verb='' word index current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  help=$(_umbra_help "${COMP_WORDS[0]}") || return 0
  for ((index = 1; index < COMP_CWORD; ++index)); do
    word=${COMP_WORDS[index]}
    if [[ $word != -* ]]; then
      verb=$word
      break
    fi
  done

  if [[ -z $verb ]]; then
    mapfile -t COMPREPLY < <(compgen -W "--help --no-install $(sed -nE 's/^  ([a-z-]+) .*/\1/p' "$help/umbra.txt")" -- "$current")
    return 0
  fi
  [[ -f $help/$verb.txt ]] || return 0
  local choices=
  if [[ $before == --mutant || ($verb == bugs && $current != -* && $before != --*) ]]; then
    choices=$(for index in "$help"/../../corpus/bugs/*/; do index=${index%/} && index=${index##*/} && echo "${index%%-*}"; done)
  elif [[ $before == --* ]]; then
    # A choice is shown as {one,two}, or, in words, as one|two.
    choices=$(sed -nE "s/^  (-[a-z],)?${before}[ :]+[A-Z]*:?\{([^}]*)\}.*/\2/p" "$help/$verb.txt" | tr , ' ')
    [[ -n $choices ]] || choices=$(sed -nE "s/.*\[$before ([a-z]+(\|[a-z]+)+)[].].*/\1/p" "$help/$verb.txt" | head -n 1 | tr '|' ' ')
  fi
  if [[ -z $choices && $current == -* ]]; then
    choices="--help $(sed -nE 's/^  (-[a-z],)?(--[a-z-]+).*/\2/p' "$help/$verb.txt")"
  fi
  # Nothing here to choose from: bash completes files.
  if [[ -n $choices ]]; then mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current"); fi
}

complete -o default -F _umbra umbra ./umbra
