#include "coordinator/history/history.h"

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace fastest::history {
namespace {

constexpr int kSchemaVersion = 1;
// Two runs that end at the same time: one waits for the other's transaction.
constexpr int kBusyTimeoutMs = 5000;
// Weight of a new measurement: an old one counts half after each run.
constexpr double kNewWeight = 0.5;

constexpr char kCreate[] = R"(
  CREATE TABLE IF NOT EXISTS test (
    rootdir TEXT NOT NULL, module TEXT NOT NULL, node_id TEXT NOT NULL,
    seconds REAL NOT NULL, position INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    PRIMARY KEY (rootdir, module, node_id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS module (
    rootdir TEXT NOT NULL, module TEXT NOT NULL, setup_s REAL NOT NULL,
    PRIMARY KEY (rootdir, module)) WITHOUT ROWID;
)";

constexpr char kRecordTest[] =
    "INSERT INTO test (rootdir, module, node_id, seconds, position, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?7) "
    "ON CONFLICT DO UPDATE SET seconds = seconds + (excluded.seconds - seconds) * ?6, position = excluded.position, "
    "updated_at = excluded.updated_at";
constexpr char kRecordModule[] =
    "INSERT INTO module (rootdir, module, setup_s) VALUES (?1, ?2, ?3) "
    "ON CONFLICT DO UPDATE SET setup_s = setup_s + (excluded.setup_s - setup_s) * ?4";
constexpr char kLoadTests[] =
    "SELECT node_id, seconds FROM test WHERE rootdir = ?1 AND module = ?2 ORDER BY position, node_id";
constexpr char kLoadModule[] = "SELECT setup_s FROM module WHERE rootdir = ?1 AND module = ?2";

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

absl::Status Error(const std::string& path, sqlite3* database) {
  return absl::UnavailableError(absl::StrCat(path, ": ", database == nullptr ? "out of memory" : sqlite3_errmsg(database)));
}

// A prepared statement: bind, step, reset.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql) { sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr); }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  bool prepared() const { return statement_ != nullptr; }
  // The text must live until the next Reset.
  void Bind(int index, const std::string& text) {
    sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  void Bind(int index, double value) { sqlite3_bind_double(statement_, index, value); }
  void Bind(int index, int64_t value) { sqlite3_bind_int64(statement_, index, value); }
  int Step() { return sqlite3_step(statement_); }
  void Reset() { sqlite3_reset(statement_); }
  std::string Text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return std::string(text == nullptr ? "" : text, static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
  }
  double Number(int column) const { return sqlite3_column_double(statement_, column); }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

class SqliteHistory final : public History {
 public:
  SqliteHistory(std::string path, Database database) : path_(std::move(path)), database_(std::move(database)) {}

  absl::StatusOr<std::unordered_map<std::string, ModuleHistory>> Load(const std::string& rootdir,
                                                                      const std::vector<std::string>& modules) override {
    Statement tests(database_.get(), kLoadTests);
    Statement module_row(database_.get(), kLoadModule);
    if (!tests.prepared() || !module_row.prepared()) return Error(path_, database_.get());
    std::unordered_map<std::string, ModuleHistory> loaded;
    // One snapshot for all modules, and one lock instead of two for each of them.
    RETURN_IF_ERROR(Execute("BEGIN"));
    for (const std::string& module : modules) {
      ModuleHistory history;
      tests.Bind(1, rootdir);
      tests.Bind(2, module);
      int step = SQLITE_ROW;
      while ((step = tests.Step()) == SQLITE_ROW) history.tests.emplace_back(tests.Text(0), tests.Number(1));
      tests.Reset();
      if (step != SQLITE_DONE) return Abandon();
      if (history.tests.empty()) continue;
      module_row.Bind(1, rootdir);
      module_row.Bind(2, module);
      if (module_row.Step() == SQLITE_ROW) history.setup_s = module_row.Number(0);
      module_row.Reset();
      loaded.emplace(module, std::move(history));
    }
    RETURN_IF_ERROR(Execute("COMMIT"));
    return loaded;
  }

  absl::Status Record(const std::string& rootdir, const std::vector<Observation>& tests,
                      const std::unordered_map<std::string, double>& module_setup_s) override {
    Statement test_row(database_.get(), kRecordTest);
    Statement module_row(database_.get(), kRecordModule);
    if (!test_row.prepared() || !module_row.prepared()) return Error(path_, database_.get());
    const int64_t now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    RETURN_IF_ERROR(Execute("BEGIN IMMEDIATE"));
    for (const Observation& test : tests) {
      test_row.Bind(1, rootdir);
      test_row.Bind(2, test.module);
      test_row.Bind(3, test.node_id);
      test_row.Bind(4, test.seconds);
      test_row.Bind(5, static_cast<int64_t>(test.position));
      test_row.Bind(6, kNewWeight);
      test_row.Bind(7, now);
      const int step = test_row.Step();
      test_row.Reset();
      if (step != SQLITE_DONE) return Abandon();
    }
    for (const auto& [module, seconds] : module_setup_s) {
      module_row.Bind(1, rootdir);
      module_row.Bind(2, module);
      module_row.Bind(3, seconds);
      module_row.Bind(4, kNewWeight);
      const int step = module_row.Step();
      module_row.Reset();
      if (step != SQLITE_DONE) return Abandon();
    }
    return Execute("COMMIT");
  }

 private:
  absl::Status Execute(const char* sql) {
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return absl::OkStatus();
    return Error(path_, database_.get());
  }

  // Takes a transaction back and says what went wrong in it.
  absl::Status Abandon() {
    const absl::Status error = Error(path_, database_.get());
    sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    return error;
  }

  const std::string path_;
  const Database database_;
};

absl::StatusOr<int> SchemaVersion(const std::string& path, sqlite3* database) {
  Statement statement(database, "PRAGMA user_version");
  // A file that is no database is found out here, at the first read.
  if (!statement.prepared() || statement.Step() != SQLITE_ROW) return Error(path, database);
  return static_cast<int>(statement.Number(0));
}

}  // namespace

absl::StatusOr<std::unique_ptr<History>> History::Open(const std::string& path) {
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  Database database(raw);
  if (opened != SQLITE_OK) return Error(path, raw);
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
  ASSIGN_OR_RETURN(const int version, SchemaVersion(path, raw));
  if (version > kSchemaVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " was written by a newer Fastest (format ", version, ", this one knows ", kSchemaVersion,
                     "); name another file with --history"));
  }
  if (version < kSchemaVersion) {
    // WAL lets readers and a writer work at once; losing the last run in a power cut is no harm, so no fsync for each commit.
    const std::string prepare = absl::StrCat("PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; ", kCreate,
                                             "PRAGMA user_version = ", kSchemaVersion, "; COMMIT;");
    if (sqlite3_exec(raw, prepare.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return Error(path, raw);
  }
  sqlite3_exec(raw, "PRAGMA synchronous = NORMAL", nullptr, nullptr, nullptr);
  return std::unique_ptr<History>(std::make_unique<SqliteHistory>(path, std::move(database)));
}

}  // namespace fastest::history
