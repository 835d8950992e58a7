import type { CompletionModel } from "./model.ts";
import { shellTables } from "./tables.ts";

/** For zsh 5 and later. */
export function zshCompletion(model: CompletionModel): string {
  return `#compdef accrete
# Completion of accrete for zsh. Made by \`accrete completion zsh\`.
${shellTables(model)}
_accrete_offer() { # WHAT
  case $1 in
    @directories) _files -/ ;;
    @files) _files ;;
    *) compadd -- \${=1} ;;
  esac
}
_accrete_from() { # the place of the first word behind the command
  local i word subcommand="" taking="" current=\${words[CURRENT]}
  local -i arguments=0
  for (( i = $1; i < CURRENT; i++ )); do
    word=\${words[i]}
    if [[ -n $taking ]]; then taking=""
    elif [[ $word == -*=* ]]; then continue
    elif [[ $word == -* ]]; then _accrete_value_of "$subcommand" "$word" > /dev/null && taking=$word
    elif [[ -z $subcommand ]]; then subcommand=$word
    else (( arguments += 1 ))
    fi
  done
  if [[ -z $taking && $current == --*=* ]]; then
    taking=\${current%%=*}
    compset -P '*='
  fi
  if [[ -n $taking ]]; then _accrete_offer "$(_accrete_value_of "$subcommand" "$taking")"
  elif [[ $current == -* ]] || ! _accrete_argument "$subcommand" "$arguments" > /dev/null; then
    _accrete_offer "$(_accrete_options "$subcommand")"
  else _accrete_offer "$(_accrete_argument "$subcommand" "$arguments")"
  fi
}
_accrete() { _accrete_from 2 }
_accrete_npx() { # npx accrete …
  if (( CURRENT > 2 )) && [[ \${words[2]} == accrete ]]; then _accrete_from 3
  elif (( CURRENT == 2 )); then compadd -- accrete
  else _default
  fi
}
(( \${+functions[compdef]} )) || { autoload -Uz compinit && compinit }
compdef _accrete accrete accrete.ts
(( \${+_comps[npx]} )) || compdef _accrete_npx npx
`;
}
