#include "backtest/sweep/statement.h"

#include <sqlite3.h>

namespace tranchet {

Statement::Statement(sqlite3* database, const std::string& sql) {
  is_good_ = sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement_,
                                nullptr) == SQLITE_OK;
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement& Statement::bind(std::string_view text) {
  // The text is copied (a destructor of -1), since the caller's may be gone at step().
  is_good_ = is_good_ && sqlite3_bind_text64(statement_, next_++, text.data(), text.size(),
                                             SQLITE_TRANSIENT, SQLITE_UTF8) == SQLITE_OK;
  return *this;
}

Statement& Statement::bind(std::int64_t number) {
  is_good_ = is_good_ && sqlite3_bind_int64(statement_, next_++, number) == SQLITE_OK;
  return *this;
}

Statement& Statement::bind_null() {
  is_good_ = is_good_ && sqlite3_bind_null(statement_, next_++) == SQLITE_OK;
  return *this;
}

bool Statement::step() {
  if (!is_good_) return false;
  const int status = sqlite3_step(statement_);
  is_good_ = status == SQLITE_ROW || status == SQLITE_DONE;
  return status == SQLITE_ROW;
}

void Statement::reset() {
  is_good_ = is_good_ && sqlite3_reset(statement_) == SQLITE_OK;
  next_ = 1;
}

std::string Statement::text(int column) const {
  const unsigned char* const text = sqlite3_column_text(statement_, column);
  if (text == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return {text, text + size};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string sql_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace tranchet
