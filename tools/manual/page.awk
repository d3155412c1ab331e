# The manual page, from the help of the front door and of its verbs: umbra.txt first, then the others in its order.
#
#   awk -f tools/manual/page.awk tools/help/umbra.txt tools/help/test.txt ... | man -l -
#
# Help is what the command line's library prints, or text in the same form: a line that says what the verb does, its usage,
# paragraphs, and items with two spaces before them and two or more after the name.

function safe(text) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  if (text ~ /^[.']/) text = "\\&" text
  return text
}

function paragraph() {
  if (between) print ".PP"
  between = 0
}

function item(line, name, rest) {
  sub(/^ +/, "", line)
  name = line
  rest = ""
  if (match(line, /  +/)) {
    name = substr(line, 1, RSTART - 1)
    rest = substr(line, RSTART + RLENGTH)
  } else if (match(line, / /) && front) {
    name = substr(line, 1, RSTART - 1)
    rest = substr(line, RSTART + RLENGTH)
  }
  print ".TP"
  print ".B " safe(name)
  if (rest != "") print safe(rest)
  between = 0
  within = 1
}

BEGIN {
  print ".TH UMBRA 1 \"\" \"umbra\" \"User Commands\""
  print ".SH NAME"
}

FNR == 1 {
  files++
  front = files == 1
  verb = FILENAME
  sub(/.*\//, "", verb)
  sub(/\.txt$/, "", verb)
  between = within = 0
  if (front) {
    said = $0
    sub(/^umbra: /, "", said)
    print "umbra \\- " safe(said)
    next
  }
  if (files == 2) print ".SH VERBS IN FULL"
  print ".SS " safe(verb)
}

/^Usage: / {
  if (front) print ".SH SYNOPSIS"
  else print ".PP"
  sub(/^Usage: /, "")
  print ".B " safe($0)
  between = 1
  within = 0
  if (front) { print ".SH VERBS"; between = 0 }
  next
}

/^       \.\/umbra/ || (/^ +\[/ && !within) {
  sub(/^ +/, "")
  print ".br"
  print ".B " safe($0)
  between = 1
  next
}

/^(Options|Positionals):$/ { next }
/^ *$/ { between = 1; if (!front) within = 0; next }
/^  [^ ]/ { item($0); next }
/^   +[^ ]/ && within { sub(/^ +/, ""); print safe($0); next }
{
  if (within) between = 1
  within = 0
  paragraph()
  print safe($0)
}
