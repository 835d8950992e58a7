import type { CompletionModel } from "./model.ts";
import { shellTables } from "./tables.ts";

/** For bash 3.2 and later. */
export function bashCompletion(model: CompletionModel): string {
  return `# Completion of accrete for bash. Made by \`accrete completion bash\`.
${shellTables(model)}
_accrete_offer() { # WHAT WORD
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(
    case $1 in
      @directories) compgen -d -- "$2" ;;
      @files) compgen -f -- "$2" ;;
      ?*) compgen -W "$1" -- "$2" ;;
    esac
  )
  [[ $1 != @* ]] || compopt -o filenames 2> /dev/null
}
_accrete_from() { # the place of the first word behind the command
  # Words as they are typed, up to the cursor: COMP_WORDS are broken at = and : too.
  local typed word command="" taking="" arguments=0 current=""
  COMPREPLY=()
  read -ra typed <<< "\${COMP_LINE:0:COMP_POINT}"
  if [[ \${COMP_LINE:0:COMP_POINT} != *[[:blank:]] ]]; then
    current=\${typed[\${#typed[@]} - 1]}
    unset "typed[\${#typed[@]} - 1]"
  fi
  for word in "\${typed[@]:$1}"; do
    if [[ -n $taking ]]; then taking=""
    elif [[ $word == -*=* ]]; then continue
    elif [[ $word == -* ]]; then _accrete_value_of "$command" "$word" > /dev/null && taking=$word
    elif [[ -z $command ]]; then command=$word
    else ((arguments++))
    fi
  done
  [[ -z $taking && $current == --*=* ]] && taking=\${current%%=*}
  if [[ -n $taking ]]; then _accrete_offer "$(_accrete_value_of "$command" "$taking")" "\${current##*[=:]}"
  elif [[ $current == -* ]] || ! _accrete_argument "$command" "$arguments" > /dev/null; then
    _accrete_offer "$(_accrete_options "$command")" "$current"
  else _accrete_offer "$(_accrete_argument "$command" "$arguments")" "$current"
  fi
}
_accrete() { _accrete_from 1; }
_accrete_npx() { # npx accrete …
  if [[ $COMP_CWORD -gt 1 && \${COMP_WORDS[1]} == accrete ]]; then _accrete_from 2
  elif [[ $COMP_CWORD == 1 ]]; then _accrete_offer accrete "$2"
  fi
}
complete -F _accrete accrete accrete.ts
complete -p npx > /dev/null 2>&1 || complete -o default -F _accrete_npx npx
`;
}
