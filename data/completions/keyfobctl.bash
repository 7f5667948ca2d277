# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause

# The commands and options are what keyfobctl itself prints as help.
_keyfobctl () {
  local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words

  if [ "$COMP_CWORD" -eq 1 ]; then
    words=$(LC_ALL=C keyfobctl --help | sed -n 's/^  \([a-z-]*\) .*/\1/p')
  elif [[ $word == -* ]]; then
    words=$(LC_ALL=C keyfobctl "$command" --help 2>/dev/null | grep -o -- '--[a-z-]*' | sort -u)
  else
    words=$(keyfobctl list 2>/dev/null | cut -f 2)
  fi

  # a colon would end the word that is completed
  if [[ $word == *:* ]]; then
    words=$(printf '%s\n' "$words" | sed "s|^${word%"${word##*:}"}||")
    word=${word##*:}
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _keyfobctl keyfobctl
