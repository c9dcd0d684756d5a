#include "coordinator/history/history.h"

#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status_macros.h"

namespace fastest::history {
namespace {

// "FSTS" marks the file as ours. Tables of an older format are dropped: their loss costs one run's balance.
constexpr int kApplicationId = 0x46535453;
constexpr int kFormat = 3;
// If two runs end at the same time, one waits for the other's transaction.
constexpr int kBusyTimeoutMs = 5000;
// The weight of a new measurement: an old one counts half after each run.
constexpr double kNewWeight = 0.5;
// Tests that no run has seen for so long are forgotten: ids that are new in every run, checkouts that were there for
// one build.
constexpr absl::Duration kForgetAfter = absl::Hours(24 * 60);

// A class whose fixtures were measured has a row in `module` too, with its node id as path.
constexpr char kCreate[] = R"(
  DROP TABLE IF EXISTS test;
  DROP TABLE IF EXISTS module;
  CREATE TABLE module (
    id INTEGER PRIMARY KEY, rootdir TEXT NOT NULL, path TEXT NOT NULL, setup_s REAL, seen_at INTEGER NOT NULL,
    UNIQUE (rootdir, path));
  CREATE TABLE test (
    module INTEGER NOT NULL, node_id TEXT NOT NULL, seconds REAL, position INTEGER NOT NULL, seen_at INTEGER NOT NULL,
    runs TEXT NOT NULL, failing_since INTEGER NOT NULL, PRIMARY KEY (module, node_id)) WITHOUT ROWID;
)";

constexpr char kFindModule[] = "SELECT id, setup_s FROM module WHERE rootdir = ?1 AND path = ?2";
// Every path that begins with "FILE::": ';' follows ':'.
constexpr char kFindClasses[] = "SELECT path, setup_s FROM module WHERE rootdir = ?1 AND path > ?2 AND path < ?3";
constexpr char kLoadTests[] = "SELECT position, node_id, seconds, runs, failing_since FROM test WHERE module = ?1";
constexpr char kRecordModule[] =
    "INSERT INTO module (rootdir, path, setup_s, seen_at) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at, "
    "setup_s = coalesce(setup_s + (excluded.setup_s - setup_s) * ?5, excluded.setup_s, setup_s) RETURNING id";
// A run's letter is one of test_past.h's, or nothing. 'F' is kFailed, 20 is kRunsRemembered.
constexpr char kRecordTest[] =
    "INSERT INTO test (module, node_id, seconds, position, seen_at, runs, failing_since) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?7, iif(?7 = 'F', ?5, 0)) "
    "ON CONFLICT DO UPDATE SET "
    "seconds = coalesce(seconds + (excluded.seconds - seconds) * ?6, excluded.seconds, seconds), "
    "position = excluded.position, seen_at = excluded.seen_at, runs = substr(runs || excluded.runs, -20), "
    "failing_since = CASE WHEN excluded.runs = '' OR (excluded.runs = 'F' AND failing_since > 0) THEN failing_since "
    "ELSE excluded.failing_since END";
static_assert(kFailed == 'F' && kRunsRemembered == 20);
constexpr char kForgetTests[] = "DELETE FROM test WHERE module = ?1 AND seen_at < ?2";
constexpr char kForgetTestsOfModules[] = "DELETE FROM test WHERE module IN (SELECT id FROM module WHERE seen_at < ?1)";
constexpr char kForgetModules[] = "DELETE FROM module WHERE seen_at < ?1";

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

absl::Status Error(const std::string& path, sqlite3* database) {
  if (database == nullptr) return absl::ResourceExhaustedError(absl::StrCat(path, ": out of memory"));
  const int code = sqlite3_errcode(database);
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT) {
    return absl::DataLossError(
        absl::StrCat(path, ": ", sqlite3_errmsg(database), "; remove it, or name another file with --history"));
  }
  return absl::UnavailableError(absl::StrCat(path, ": ", sqlite3_errmsg(database)));
}

// A prepared statement. After a step, the caller resets it before it binds anew. Bound texts must live until then.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql) { sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr); }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  bool prepared() const { return statement_ != nullptr; }
  void Bind(int index, std::string_view text) {
    sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  void Bind(int index, double value) { sqlite3_bind_double(statement_, index, value); }
  void Bind(int index, int64_t value) { sqlite3_bind_int64(statement_, index, value); }
  void BindNull(int index) { sqlite3_bind_null(statement_, index); }
  int Step() { return sqlite3_step(statement_); }
  void Reset() { sqlite3_reset(statement_); }
  // For statements whose rows are not wanted.
  bool Run() {
    const int step = Step();
    Reset();
    return step == SQLITE_DONE;
  }
  std::string Text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (text == nullptr) return "";
    return std::string(text, static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
  }
  double Number(int column) const { return sqlite3_column_double(statement_, column); }
  int64_t Integer(int column) const { return sqlite3_column_int64(statement_, column); }
  bool IsNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

// Rolls the transaction back unless it was committed.
class Transaction {
 public:
  explicit Transaction(sqlite3* database) : database_(database) {}
  ~Transaction() {
    if (!sqlite3_get_autocommit(database_)) sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  bool Begin(const char* sql) { return sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK; }
  bool Commit() { return sqlite3_exec(database_, "COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK; }

 private:
  sqlite3* const database_;
};

class SqliteHistory final : public History {
 public:
  SqliteHistory(std::string path, Database database) : path_(std::move(path)), database_(std::move(database)) {}

  absl::StatusOr<std::unordered_map<std::string, ModuleHistory>> Load(
      const std::string& project, const std::vector<std::string>& modules) override {
    Statement find(database_.get(), kFindModule);
    Statement classes(database_.get(), kFindClasses);
    Statement tests(database_.get(), kLoadTests);
    // One snapshot for all modules, and one lock instead of two for each module.
    Transaction transaction(database_.get());
    if (!find.prepared() || !classes.prepared() || !tests.prepared() || !transaction.Begin("BEGIN")) return Error();
    std::unordered_map<std::string, ModuleHistory> loaded;
    std::vector<std::tuple<int64_t, std::string, double>> rows;
    for (const std::string& module : modules) {
      find.Bind(1, project);
      find.Bind(2, module);
      const int found = find.Step();
      if (found != SQLITE_ROW && found != SQLITE_DONE) return Error();
      if (found == SQLITE_ROW) {
        tests.Bind(1, find.Integer(0));
        rows.clear();
        int step = SQLITE_ROW;
        ModuleHistory& history = loaded[module];
        while ((step = tests.Step()) == SQLITE_ROW) {
          TestPast past = {tests.Text(3), tests.Integer(4)};
          history.knows_runs |= !past.runs.empty();
          if (HasFailed(past)) history.failed[tests.Text(1)] = std::move(past);
          if (!tests.IsNull(2)) rows.emplace_back(tests.Integer(0), tests.Text(1), tests.Number(2));
        }
        if (step != SQLITE_DONE) return Error();
        tests.Reset();
        std::sort(rows.begin(), rows.end());
        history.setup_s = find.Number(1);
        history.tests.clear();
        for (auto& [position, node_id, seconds] : rows) history.tests.emplace_back(std::move(node_id), seconds);
        const std::string begin = module + "::";
        const std::string end = module + ":;";
        classes.Bind(1, project);
        classes.Bind(2, begin);
        classes.Bind(3, end);
        while ((step = classes.Step()) == SQLITE_ROW) history.class_setup_s[classes.Text(0)] = classes.Number(1);
        if (step != SQLITE_DONE) return Error();
        classes.Reset();
      }
      find.Reset();
    }
    return loaded;
  }

  absl::Status Record(const std::string& project, const std::vector<Observation>& tests,
                      const std::unordered_map<std::string, double>& setup_s) override {
    // The seconds of the set-up; unset for a module of which only tests were measured.
    std::unordered_map<std::string_view, std::optional<double>> modules;
    for (const Observation& test : tests) modules[test.module];
    for (const auto& [module, seconds] : setup_s) {
      if (std::isfinite(seconds)) modules[module] = seconds;
    }
    const int64_t now = absl::ToUnixSeconds(absl::Now());
    Transaction transaction(database_.get());
    if (!transaction.Begin("BEGIN IMMEDIATE")) return Error();
    std::unordered_map<std::string_view, int64_t> ids;
    if (!RecordModules(project, modules, now, &ids) || !RecordTests(tests, ids, now) || !Forget(ids, now) ||
        !transaction.Commit()) {
      return Error();
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Error() const { return history::Error(path_, database_.get()); }

  bool RecordModules(const std::string& project,
                     const std::unordered_map<std::string_view, std::optional<double>>& modules, int64_t now,
                     std::unordered_map<std::string_view, int64_t>* ids) {
    Statement statement(database_.get(), kRecordModule);
    for (const auto& [module, setup_s] : modules) {
      statement.Bind(1, project);
      statement.Bind(2, module);
      setup_s.has_value() ? statement.Bind(3, *setup_s) : statement.BindNull(3);
      statement.Bind(4, now);
      statement.Bind(5, kNewWeight);
      if (statement.Step() != SQLITE_ROW) return false;
      (*ids)[module] = statement.Integer(0);
      statement.Reset();
    }
    return true;
  }

  bool RecordTests(const std::vector<Observation>& tests, const std::unordered_map<std::string_view, int64_t>& ids,
                   int64_t now) {
    Statement statement(database_.get(), kRecordTest);
    statement.Bind(5, now);
    statement.Bind(6, kNewWeight);
    for (const Observation& test : tests) {
      const bool measured = std::isfinite(test.seconds);
      if (!measured && test.outcome == kUnknown) continue;
      statement.Bind(1, ids.at(test.module));
      statement.Bind(2, test.node_id);
      measured ? statement.Bind(3, test.seconds) : statement.BindNull(3);
      statement.Bind(4, static_cast<int64_t>(test.position));
      statement.Bind(7, std::string_view(&test.outcome, test.outcome == kUnknown ? 0 : 1));
      if (!statement.Run()) return false;
    }
    return true;
  }

  bool Forget(const std::unordered_map<std::string_view, int64_t>& seen, int64_t now) {
    const int64_t before = now - absl::ToInt64Seconds(kForgetAfter);
    Statement tests(database_.get(), kForgetTests);
    for (const auto& [module, id] : seen) {
      tests.Bind(1, id);
      tests.Bind(2, before);
      if (!tests.Run()) return false;
    }
    for (const char* sql : {kForgetTestsOfModules, kForgetModules}) {
      Statement statement(database_.get(), sql);
      statement.Bind(1, before);
      if (!statement.Run()) return false;
    }
    return true;
  }

  const std::string path_;
  const Database database_;
};

// The first number that `sql` gives. This is the first read, so a file that is no database is found out here.
absl::StatusOr<int> Ask(const std::string& path, sqlite3* database, const char* sql) {
  Statement statement(database, sql);
  if (!statement.prepared() || statement.Step() != SQLITE_ROW) return Error(path, database);
  return static_cast<int>(statement.Integer(0));
}

// Whether the tables are there. Fails if the file is not ours. Runs within a transaction, because another run may be
// making the tables.
absl::StatusOr<bool> HasTables(const std::string& path, sqlite3* database) {
  ASSIGN_OR_RETURN(const int format, Ask(path, database, "PRAGMA user_version"));
  ASSIGN_OR_RETURN(const int owner, Ask(path, database, "PRAGMA application_id"));
  ASSIGN_OR_RETURN(const int objects, Ask(path, database, "SELECT count(*) FROM sqlite_master"));
  // Format 1 did not sign its files.
  if (owner != kApplicationId && objects > 0 && format != 1) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is a database of another program; name another file with --history"));
  }
  if (format > kFormat) {
    return absl::FailedPreconditionError(absl::StrCat(path, " was written by a newer Fastest (format ", format,
                                                      ", this one knows ", kFormat,
                                                      "); name another file with --history"));
  }
  return format == kFormat;
}

absl::Status MakeTables(const std::string& path, sqlite3* database) {
  // Readers and a writer can work at once. If the file system cannot do that, or another run is setting it, everything
  // works without.
  sqlite3_exec(database, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
  Transaction transaction(database);
  if (!transaction.Begin("BEGIN IMMEDIATE")) return Error(path, database);
  ASSIGN_OR_RETURN(const bool made_by_another_run, HasTables(path, database));
  if (made_by_another_run) return absl::OkStatus();
  const std::string create =
      absl::StrCat(kCreate, "PRAGMA application_id = ", kApplicationId, "; PRAGMA user_version = ", kFormat);
  if (sqlite3_exec(database, create.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK || !transaction.Commit()) {
    return Error(path, database);
  }
  return absl::OkStatus();
}

absl::Status Prepare(const std::string& path, sqlite3* database) {
  {
    Transaction transaction(database);
    if (!transaction.Begin("BEGIN")) return Error(path, database);
    ASSIGN_OR_RETURN(const bool made, HasTables(path, database));
    if (made) return absl::OkStatus();
  }
  return MakeTables(path, database);
}

}  // namespace

absl::StatusOr<std::unique_ptr<History>> History::Open(const std::string& path) {
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  Database database(raw);
  if (opened != SQLITE_OK) return Error(path, raw);
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
  RETURN_IF_ERROR(Prepare(path, raw));
  // It does no harm to lose the last run in a power cut. So commits need no fsync.
  sqlite3_exec(raw, "PRAGMA synchronous = NORMAL", nullptr, nullptr, nullptr);
  return std::unique_ptr<History>(std::make_unique<SqliteHistory>(path, std::move(database)));
}

absl::StatusOr<std::unique_ptr<History>> History::OpenToRead(const std::string& path) {
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READONLY, nullptr);
  Database database(raw);
  if (opened != SQLITE_OK) return Error(path, raw);
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
  ASSIGN_OR_RETURN(const bool made, HasTables(path, raw));
  if (!made) return absl::FailedPreconditionError(absl::StrCat(path, " is not of this version's format"));
  return std::unique_ptr<History>(std::make_unique<SqliteHistory>(path, std::move(database)));
}

}  // namespace fastest::history
