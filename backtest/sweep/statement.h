// One statement of SQL at a time: bind, step, read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace tranchet {

class Statement {
 public:
  Statement(sqlite3* database, const std::string& sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  bool is_good() const { return is_good_; }  // False after the first error.
  // The next parameter, from the left.
  Statement& bind(std::string_view text);
  Statement& bind(std::int64_t number);
  Statement& bind_null();
  bool step();  // True: there is a row.
  void reset();

  std::string text(int column) const;  // "" of NULL.
  bool is_null(int column) const;
  std::int64_t number(int column) const;

 private:
  sqlite3_stmt* statement_ = nullptr;
  int next_ = 1;
  bool is_good_ = true;
};

// As an identifier of SQL, with its quotes.
std::string sql_name(std::string_view name);

}  // namespace tranchet
