#!/usr/bin/env bash
# Prints html_page.cc: the page with its style and its scripts in their places, around the data.
#   embed_page.sh PAGE STYLE SCRIPT...     the scripts are joined in the order given
set -euo pipefail

page=$(cat "$1")
style=$(cat "$2")
shift 2
script=$(cat "$@")
before=${page%%@CSS@*}
middle=${page#*@CSS@}
between=${middle%%@DATA@*}
rest=${middle#*@DATA@}
after=${rest%%@JS@*}
end=${rest#*@JS@}

printf '#include "coordinator/report/html/html_page.h"\n\nnamespace fastest::report {\nnamespace {\n\n'
printf 'constexpr char kBeforeData[] = R"__PAGE__(%s%s%s)__PAGE__";\n' "$before" "$style" "$between"
printf 'constexpr char kAfterData[] = R"__PAGE__(%s%s%s)__PAGE__";\n\n' "$after" "$script" "$end"
printf '}  // namespace\n\n'
printf 'std::string HtmlPage(const std::string& data) { return kBeforeData + data + kAfterData; }\n\n'
printf '}  // namespace fastest::report\n'
