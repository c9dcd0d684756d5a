#include "coordinator/options/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "coordinator/options/flag_table.h"

namespace fastest::options {
namespace {

using std::string_literals::operator""s;

constexpr char kDescription[] =
    "Runs a Python test suite in parallel with pytest's verdict, test by test.\n\n"
    "  fastest-coordinator                       the tests of this directory, on all cores\n"
    "  fastest-coordinator tests/unit -k parser  paths, node ids and options as with pytest\n"
    "  fastest-coordinator -n 1                  one at a time, in pytest's order\n";

constexpr char kHelp[] = "--help";

constexpr char kFooter[] =
    "\nOptions of your project's plugins work here too: unlisted options go to pytest.\n"
    "Fastest's own options may also stand in the environment (FASTEST_HANG_TIMEOUT=60), in fastest.toml, or under\n"
    "[tool.fastest] in pyproject.toml; the command line wins over the environment, and the environment over the file.\n"
    "Exit codes: 0 all passed, 1 failures, 2 interrupted, 3 internal error, 4 usage error, 5 no tests collected,\n"
    "10 some tests could not be run.";

// A CLI11 app with the options of the table that `wanted` accepts.
class TableApp {
 public:
  explicit TableApp(const std::function<bool(const Flag&)>& wanted) : app_(kDescription, "fastest-coordinator") {
    app_.allow_extras();
    app_.footer(kFooter);
    app_.set_help_flag();
    app_.get_formatter()->column_width(40);
    app_.get_formatter()->label("OPTIONS", "[OPTIONS] [PATH | NODEID]...");
    for (const Flag& flag : FlagTable()) options_.push_back(wanted(flag) ? Add(flag) : nullptr);
  }

  CLI::App& app() { return app_; }
  // The table's option `i`; nullptr if it was not wanted.
  CLI::Option* option(size_t i) const { return options_[i]; }

 private:
  CLI::Option* Add(const Flag& flag) {
    CLI::Option* option = nullptr;
    if (MainName(flag) == kHelp) {
      option = app_.set_help_flag(flag.names, flag.help);
    } else if (flag.arity == Arity::kFlagOrWord) {
      option = app_.add_flag(flag.names, words_.emplace_back(), flag.help)
                   ->type_name(absl::StrCat("[=", flag.value_name, "]"));
    } else if (flag.arity == Arity::kFlag || flag.arity == Arity::kCount) {
      option = app_.add_flag(flag.names, counts_.emplace_back(), flag.help);
    } else {
      option = app_.add_option(flag.names, values_.emplace_back(), flag.help);
      option->type_name(flag.value_name)->type_size(1);
      option->expected(flag.arity == Arity::kOptionalValue ? 0 : 1, 1);
      option->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
    return option->group(flag.group);
  }

  CLI::App app_;
  // CLI11 writes into these; deques keep their addresses.
  std::deque<int64_t> counts_;
  std::deque<std::string> words_;
  std::deque<std::vector<std::string>> values_;
  std::vector<CLI::Option*> options_;
};

// Whether the first characters of an argument may name this option. `-xvs` may name three.
bool MayBeAmong(const Flag& flag, const std::vector<std::string>& args) {
  const std::vector<std::string> names = Names(flag);
  return std::any_of(args.begin(), args.end(), [&names](const std::string& arg) {
    if (arg.size() < 2 || arg[0] != '-') return false;
    return std::any_of(names.begin(), names.end(), [&arg](const std::string& name) {
      return name.size() == 2 ? arg.find(name[1]) != std::string::npos : absl::StartsWith(arg, name);
    });
  });
}

bool IsFlag(const Flag& flag) { return flag.arity == Arity::kFlag || flag.arity == Arity::kCount; }

bool GoesToPytest(const Flag& flag) {
  return flag.handling != Handling::kOwn && flag.handling != Handling::kAsked && flag.handling != Handling::kConsumed;
}

void AppendForPytest(const Flag& flag, const std::vector<std::string>& values, std::vector<std::string>& args) {
  // Every pytest from 7.4 on knows the first spelling.
  const std::string name = Names(flag).front();
  const bool is_long = name.rfind("--", 0) == 0;
  for (const std::string& value : values) {
    if (IsFlag(flag) || (flag.arity == Arity::kOptionalValue && value.empty())) {
      args.push_back(name);
    } else if (is_long) {
      args.push_back(absl::StrCat(name, "=", value));
    } else {
      args.push_back(name);
      args.push_back(value);
    }
  }
}

}  // namespace

std::optional<std::string> CommandLine::Last(const std::string& main_name) const {
  const auto it = values.find(main_name);
  if (it == values.end() || it->second.empty()) return std::nullopt;
  return it->second.back();
}

std::vector<std::string> CommandLine::All(const std::string& main_name) const {
  const auto it = values.find(main_name);
  return it == values.end() ? std::vector<std::string>() : it->second;
}

std::string CommandLine::Given(const std::string& main_name) const {
  if (const auto origin = origins.find(main_name); origin != origins.end()) return origin->second;
  const Flag* const flag = FindFlag(main_name);
  const std::string name = flag == nullptr ? main_name : Names(*flag).front();
  return absl::StrCat(name, " ", Last(main_name).value_or(""));
}

absl::StatusOr<CommandLine> Parse(const std::vector<std::string>& args, const std::function<bool(const Flag&)>& keep) {
  // The whole table would take milliseconds: CLI11 compares each new option with all others.
  TableApp table([&args](const Flag& flag) { return MayBeAmong(flag, args); });
  CommandLine line;
  try {
    // CLI11 takes the arguments from the back.
    table.app().parse(std::vector<std::string>(args.rbegin(), args.rend()));
  } catch (const CLI::CallForHelp&) {
    line.values[kHelp] = {""};
    return line;
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }

  const std::vector<Flag>& flags = FlagTable();
  // How many of pytest's last arguments would take the next word for their value.
  size_t open_ended = 0;
  for (size_t i = 0; i < flags.size(); ++i) {
    const CLI::Option* option = table.option(i);
    if (option == nullptr || option->count() == 0 || !keep(flags[i])) continue;
    std::vector<std::string> values = option->results();
    if (IsFlag(flags[i])) values.assign(option->count(), "");
    // CLI11's value for the flag alone.
    if (flags[i].arity == Arity::kFlagOrWord) std::replace(values.begin(), values.end(), "true"s, ""s);
    if (values.empty()) values = {""};
    if (GoesToPytest(flags[i])) {
      AppendForPytest(flags[i], values, line.pytest_args);
      const auto last_value = std::find_if(values.rbegin(), values.rend(), [](const auto& v) { return !v.empty(); });
      const auto bare = static_cast<size_t>(last_value - values.rbegin());
      const bool can_be_bare = flags[i].arity == Arity::kOptionalValue;
      open_ended = (can_be_bare ? bare : 0) + (can_be_bare && bare == values.size() ? open_ended : 0);
    }
    line.values[MainName(flags[i])] = std::move(values);
  }
  const auto end_of_known = static_cast<std::ptrdiff_t>(line.pytest_args.size());
  for (const std::string& extra : table.app().remaining()) {
    line.pytest_args.push_back(extra);
    (extra.size() > 1 && extra[0] == '-' ? line.unknown : line.paths).push_back(extra);
  }
  const auto first = line.pytest_args.begin() + end_of_known;
  if (first != line.pytest_args.end() && !absl::StartsWith(*first, "-")) {
    // A path is not the value of a `--cov` that was typed after it.
    std::rotate(first - static_cast<std::ptrdiff_t>(open_ended), first, line.pytest_args.end());
  }
  return line;
}

CommandLine Join(const CommandLine& first, const CommandLine& then) {
  CommandLine joined = first;
  for (const auto& [name, values] : then.values) {
    std::vector<std::string>& all = joined.values[name];
    all.insert(all.end(), values.begin(), values.end());
    joined.origins.erase(name);
  }
  for (const auto& [name, origin] : then.origins) joined.origins[name] = origin;
  joined.paths.insert(joined.paths.end(), then.paths.begin(), then.paths.end());
  joined.unknown.insert(joined.unknown.end(), then.unknown.begin(), then.unknown.end());
  joined.pytest_args.insert(joined.pytest_args.end(), then.pytest_args.begin(), then.pytest_args.end());
  return joined;
}

std::string HelpText() {
  return TableApp([](const Flag&) { return true; }).app().help();
}

}  // namespace fastest::options
