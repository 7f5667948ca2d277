# SPDX-FileCopyrightText: 2026 The Keyfob authors
# SPDX-License-Identifier: BSD-3-Clause

# The commands and options are what keyfobctl itself prints as help. Where there is nothing to offer,
# bash completes files.
_keyfobctl () {
  local line=${COMP_LINE:0:COMP_POINT} words help values offer=
  local word=${line##* }

  # bash has cut its own words at each colon
  read -ra words <<<"${line%"$word"}"
  if [ ${#words[@]} -eq 1 ]; then
    offer=$(LC_ALL=C keyfobctl --help | sed -n 's/^  \([a-z-]*\) .*/\1/p')
    [[ $word == -* ]] || offer=$(grep -v '^-' <<<"$offer")
  elif [[ " ${words[*]} " != *" -- "* ]]; then
    help=$(LC_ALL=C keyfobctl "${words[1]}" --help 2>/dev/null)
    # what the help has for the value of the option before, or for the arguments: one|another
    values=$(grep -o -- "${words[-1]}=[^ ]*" <<<"$help")
    [[ $values || ${#words[@]} -gt 2 ]] || values=$(sed -n 's/^  keyfobctl .* \([a-z]*|[a-z|]*\)$/=\1/p' <<<"$help")
    if [[ $word == -* ]]; then
      offer=$(grep -o -- '--[a-z-]*' <<<"$help" | sort -u)
    elif [[ $values ]]; then
      offer=$(grep -o '[a-z_]*|[a-z|_]*' <<<"$values" | tr '|' ' ')
    elif [[ $help == *HOST* ]]; then
      offer=$(keyfobctl list 2>/dev/null | cut -f 2 | sed 'p; s|^[a-z]*://||')
    fi
  fi

  mapfile -t COMPREPLY < <(compgen -W "$offer" -- "$word")
  if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then
    COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*:}"}"}")
  fi
}

complete -o default -F _keyfobctl keyfobctl
