// The rules of the source tree that a compiler does not know: who may include whom, what the pure
// core must not touch, how long things may be, and that no file is forgotten. Each rule is a
// function from a file to its complaints, and is shown a planted violation before it is trusted.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/source_tree.h"

namespace tranchet {
namespace {

using Complaints = std::vector<std::string>;

constexpr std::size_t kColumns = 100;
constexpr std::size_t kFileLines = 600;
constexpr std::size_t kTestFileLines = 900;
constexpr std::size_t kFunctionLines = 80;

std::string at(const SourceFile& file, std::size_t line_index, const std::string& message) {
  return file.path + ":" + std::to_string(line_index + 1) + ": " + message;
}

// ---- Includes.

struct Include {
  std::size_t line = 0;
  std::string name;
  bool quoted = false;  // "events/event.h", not <vector>.
};

std::vector<Include> includes_of(const SourceFile& file) {
  std::vector<Include> result;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    if (!line.starts_with("#include ") || line.size() < 11) continue;
    const bool quoted = line[9] == '"';
    const std::size_t end = line.find(quoted ? '"' : '>', 10);
    result.push_back({i, line.substr(10, end - 10), quoted});
  }
  return result;
}

// One line: events <- engine <- replay <- backtest <- adapters. Tests may use everything.
Complaints check_layers(const SourceFile& file) {
  static constexpr auto kLayers =
      std::to_array<std::string_view>({"events/", "engine/", "replay/", "backtest/", "adapters/"});
  const auto layer_of = [](std::string_view path) {
    return std::find_if(kLayers.begin(), kLayers.end(),
                        [path](std::string_view layer) { return path.starts_with(layer); });
  };
  Complaints complaints;
  const auto own = layer_of(file.path);
  if (own == kLayers.end()) return complaints;
  for (const Include& include : includes_of(file)) {
    if (!include.quoted || include.name.ends_with(".capnp.h")) continue;  // Those are generated.
    const auto other = layer_of(include.name);
    if (other == kLayers.end()) {
      complaints.push_back(at(file, include.line, include.name + ": includes start at the root"));
    } else if (other > own) {
      complaints.push_back(at(file, include.line, include.name + " lies above this file's layer"));
    } else if (file.is_pure() && include.name.starts_with("events/log/")) {
      complaints.push_back(at(file, include.line, "the pure core does not know the log"));
    }
  }
  return complaints;
}

// What the pure core may take from the standard library: containers, text and arithmetic.
Complaints check_pure_includes(const SourceFile& file) {
  static const std::set<std::string_view> kAllowed = {
      "algorithm",        "array",       "bit",      "charconv",
      "compare",          "concepts",    "cstddef",  "cstdint",
      "cstring",          "deque",       "expected", "functional",
      "initializer_list", "iterator",    "limits",   "map",
      "numeric",          "optional",    "set",      "span",
      "string",           "string_view", "tuple",    "type_traits",
      "utility",          "variant",     "vector"};
  Complaints complaints;
  // ensure.cc alone prints and aborts.
  if (!file.is_pure() || file.path == "events/ensure.cc") return complaints;
  for (const Include& include : includes_of(file)) {
    if (include.quoted || kAllowed.contains(include.name)) continue;
    complaints.push_back(at(file, include.line, "<" + include.name + "> in the pure core"));
  }
  return complaints;
}

struct Confined {
  std::string_view prefix;       // Of what is included.
  std::string_view folders;      // Where: "events/log/ tests/ ".
  bool source_only;              // Slow to compile, or leaks names: in no header.
  std::string_view but_in = {};  // The one header that may.
};
constexpr auto kConfined = std::to_array<Confined>({
    {"capnp/", "events/log/ tests/ ", false},
    {"kj/", "events/log/ tests/ .ci/ ", false},
    {"lmdb.h", "events/log/ backtest/tape/ tests/ ", false},
    {"simdjson", "events/log/ backtest/ adapters/ tests/ ", true},
    {"toml++/", "adapters/ tests/ ", true},
    {"CLI/", "adapters/ tests/ ", true},
    {"boost/", "adapters/ tests/ ", true, "adapters/net/peer_stream.h"},
    {"spdlog/", "adapters/ tests/ ", true},
    {"openssl/", "events/log/ backtest/ adapters/ tests/ ", true},
    {"zip.h", "backtest/ adapters/ tests/ ", true},
    {"zlib.h", "events/log/ backtest/ adapters/ tests/ ", true},
    {"sqlite3.h", "backtest/ adapters/ tests/ ", true},
});

Complaints check_libraries(const SourceFile& file) {
  Complaints complaints;
  for (const Include& include : includes_of(file)) {
    for (const Confined& library : kConfined) {
      if (!include.name.starts_with(library.prefix)) continue;
      const std::string folder = file.path.substr(0, file.path.find('/') + 1);
      const std::string room = file.path.substr(0, file.path.rfind('/') + 1);
      const bool is_home = library.folders.find(folder + " ") != std::string_view::npos ||
                           library.folders.find(room + " ") != std::string_view::npos;
      if (!is_home) {
        complaints.push_back(
            at(file, include.line, include.name + " belongs into " + std::string(library.folders)));
      } else if (library.source_only && file.is_header() && file.path != library.but_in) {
        complaints.push_back(at(file, include.line, include.name + " in a header: .cc files only"));
      }
    }
  }
  return complaints;
}

// ---- Bans.

struct Ban {
  const char* pattern;
  const char* advice;
};
constexpr auto kFloatBan = Ban{R"(\b(float|double)\b)",
                               "floating point: use Price, Quantity, "
                               "Money, Ppm or Int128"};
constexpr auto kPureBans = std::to_array<Ban>({
    {R"(\bunordered_)", "hash order differs: use std::map, std::set or a sorted vector"},
    {R"(\bstd::hash\b)", "hashes differ between libraries: use Digest, or order by <=>"},
    {R"((^|[^.>\w:])(std::)?time\s*\()", "reads the clock: use Event.time"},
    {R"(\b\w*_clock\b|\bclock\s*\()", "reads the clock: use Event.time"},
    {R"(\bs?rand\s*\(|\brandom_device\b|\bmt19937)", "chance: put a seed into an event"},
    {R"(\bgetenv\b)", "reads the environment: use Settings"},
    {R"(\bthread_local\b|\bstd::(thread|mutex|atomic)\b)",
     "the core has one thread and no state "
     "outside State"},
    {R"(\bmutable\b)", "hidden state: make it a field of State"},
    {R"(\bvolatile\b)", "the core touches no hardware"},
    {R"(\b(iostream|cout|cerr|printf|puts)\b)",
     "input and output: return a value, the caller "
     "prints"},
    {R"(\b(map|set)\s*<[^,<>]*\*)", "addresses differ from run to run: key by id"},
    {R"(\breinterpret_cast\b)", "bytes differ between hosts: name the fields"},
    {R"(\bstatic\s+(?!const|inline const)[^;={(]*[;={])",
     "a static that changes: make it a field "
     "of State"},
});

Complaints check_pattern(const SourceFile& file, const Ban& ban) {
  Complaints complaints;
  const std::regex pattern(ban.pattern);
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    std::smatch match;
    if (!std::regex_search(file.code[i], match, pattern)) continue;
    complaints.push_back(at(file, i, "\"" + match.str() + "\": " + ban.advice));
  }
  return complaints;
}

Complaints check_bans(const SourceFile& file) {
  Complaints complaints;
  const auto add = [&](const Ban& ban) {
    const Complaints found = check_pattern(file, ban);
    complaints.insert(complaints.end(), found.begin(), found.end());
  };
  if (!file.is_cpp()) return complaints;
  const bool counts_money = file.is_under("events/") || file.is_under("engine/") ||
                            file.is_under("replay/") || file.is_under("backtest/");
  // Statistics count no money, and a page only shows them.
  const bool judges =
      file.is_under("backtest/sweep/statistics/") || file.is_under("backtest/sweep/page/");
  if (counts_money && !judges) add(kFloatBan);
  if (file.is_pure() && file.path != "events/ensure.cc") {
    for (const Ban& ban : kPureBans) add(ban);
  }
  if (!file.is_under("tests/")) {
    add({R"(\bthrow\b)", "exceptions are not ours: return a value, std::expected, or ENSURE"});
  }
  add({R"(\busing namespace std\b)", "say what you use"});
  return complaints;
}

// ---- Shape.

Complaints check_lines(const SourceFile& file) {
  Complaints complaints;
  // Tables and pages of prose may have longer rows.
  const bool has_rows =
      file.path.ends_with(".md") || file.path.ends_with(".json") || file.path.ends_with(".txt");
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    // A raw string is data: breaking it would change it.
    const bool is_data = line.find("R\"(") != std::string::npos || line.starts_with("{\"");
    if (!has_rows && !is_data && line.size() > kColumns) {
      complaints.push_back(at(file, i, std::to_string(line.size()) + " columns, at most 100"));
    }
    if (line.find('\t') != std::string::npos) complaints.push_back(at(file, i, "a tab"));
    if (line.ends_with(' ') || line.ends_with('\r')) {
      complaints.push_back(at(file, i, "white space at the end"));
    }
    if (std::any_of(line.begin(), line.end(), [](char c) { return (c & 0x80) != 0; })) {
      complaints.push_back(at(file, i, "not plain ASCII"));
    }
  }
  const std::size_t lines_max = file.is_under("tests/") ? kTestFileLines : kFileLines;
  if (file.is_cpp() && file.lines.size() > lines_max) {
    complaints.push_back(file.path + ": " + std::to_string(file.lines.size()) + " lines, at most " +
                         std::to_string(lines_max) + ": split it by what its parts do");
  }
  if (file.is_header() &&
      std::find(file.lines.begin(), file.lines.end(), "#pragma once") == file.lines.end()) {
    complaints.push_back(file.path + ": no #pragma once");
  }
  return complaints;
}

// Is the text before a `{` the head of a function? Heads of types and namespaces have no
// parenthesis, tables have a `=` before theirs.
bool is_function_head(const std::string& head) {
  const std::size_t parenthesis = head.find('(');
  if (parenthesis == std::string::npos) return false;
  const std::string before = head.substr(0, parenthesis);
  return before.find("operator") != std::string::npos || before.find('=') == std::string::npos;
}

// Follows the braces; a body inside a body belongs to the outer one.
Complaints check_functions(const SourceFile& file) {
  struct Brace {
    std::size_t line;
    bool is_function;
  };
  Complaints complaints;
  std::vector<Brace> open;
  std::string head;
  std::size_t functions_open = 0;
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    if (file.code[i].starts_with("#")) continue;
    for (const char c : file.code[i]) {
      if (c == '{') {
        open.push_back({i, functions_open == 0 && is_function_head(head)});
        if (open.back().is_function) ++functions_open;
      } else if (c == '}' && !open.empty()) {
        const std::size_t length = i - open.back().line + 1;
        if (open.back().is_function) --functions_open;
        if (open.back().is_function && length > kFunctionLines) {
          complaints.push_back(
              at(file, open.back().line,
                 "a function of " + std::to_string(length) + " lines, at most 80"));
        }
        open.pop_back();
      }
      if (c == '{' || c == '}' || c == ';') {
        head.clear();
      } else {
        head += c;
      }
    }
    head += ' ';
  }
  return complaints;
}

// ---- Words. Spelled in halves, so that this file passes its own test.

Complaints check_words(const SourceFile& file) {
  static const std::regex kUnkindTodo(
      "\\bTO"
      "DO\\b(?!\\([a-z]+\\): )");
  static const std::array<std::string, 4> kMachinePaths = {
      "/wo"
      "rk/",
      "/ho"
      "me/",
      "/ro"
      "ot/",
      "/Us"
      "ers/"};
  Complaints complaints;
  const std::string name = std::filesystem::path(file.path).filename().string();
  for (const char* vague : {"manager", "helper", "util", "common", "misc"}) {
    if (name.find(vague) != std::string::npos) {
      complaints.push_back(file.path + ": \"" + vague + "\" says nothing: name what it does");
    }
  }
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    if (line.find("FIX"
                  "ME") != std::string::npos) {
      complaints.push_back(at(file, i, "left over: fix it, or say what kind of work is left"));
    }
    if (line.find("TO"
                  "DO") != std::string::npos &&
        std::regex_search(line, kUnkindTodo)) {
      complaints.push_back(at(file, i,
                              "of what kind? TO"
                              "DO(perf): ..., TO"
                              "DO(soon): ..."));
    }
    for (const std::string& path : kMachinePaths) {
      if (line.find(path) != std::string::npos) {
        complaints.push_back(at(file, i, "a path of one machine: " + path));
      }
    }
  }
  return complaints;
}

// ---- Dead files.

Complaints check_dead(const std::vector<SourceFile>& files) {
  std::string cmake;
  std::set<std::string> included;
  for (const SourceFile& file : files) {
    if (file.path == "CMakeLists.txt") {
      for (const std::string& line : file.lines) {
        cmake += " " + line.substr(0, line.find('#')) + " ";
      }
    }
    for (const Include& include : includes_of(file)) included.insert(include.name);
  }
  std::replace(cmake.begin(), cmake.end(), ')', ' ');
  Complaints complaints;
  for (const SourceFile& file : files) {
    if (file.is_source() && cmake.find(" " + file.path + " ") == std::string::npos) {
      complaints.push_back(file.path + ": not named in CMakeLists.txt");
    }
    if (file.is_header() && !file.is_under(".ci/") && !included.contains(file.path)) {
      complaints.push_back(file.path + ": included by nobody");
    }
  }
  return complaints;
}

// ---- The tests.

using Rule = Complaints (*)(const SourceFile&);

void expect_clean(Rule rule) {
  ASSERT_FALSE(source_tree().empty());
  for (const SourceFile& file : source_tree()) {
    for (const std::string& complaint : rule(file)) ADD_FAILURE() << complaint;
  }
}

// The one complaint about a planted file, without its place; "" when there is not exactly one.
std::string only_complaint(Rule rule, const std::string& path, const std::string& text) {
  const Complaints complaints = rule(make_source(path, text));
  return complaints.size() == 1 ? complaints.front() : "";
}
bool is_caught(Rule rule, const std::string& path, const std::string& text) {
  return rule(make_source(path, text)).size() == 1;
}
bool passes(Rule rule, const std::string& path, const std::string& text) {
  return rule(make_source(path, text)).empty();
}

TEST(Tidy, LayersPointOneWay) {
  expect_clean(check_layers);
}
TEST(Tidy, PureCoreTakesOnlyContainersAndArithmetic) {
  expect_clean(check_pure_includes);
}
TEST(Tidy, LibrariesStayWhereTheyBelong) {
  expect_clean(check_libraries);
}
TEST(Tidy, NothingBannedIsUsed) {
  expect_clean(check_bans);
}
TEST(Tidy, LinesAndFilesAreShort) {
  expect_clean(check_lines);
}
TEST(Tidy, FunctionsAreShort) {
  expect_clean(check_functions);
}
TEST(Tidy, WordsSaySomething) {
  expect_clean(check_words);
}
TEST(Tidy, NoFileIsDead) {
  for (const std::string& complaint : check_dead(source_tree())) ADD_FAILURE() << complaint;
}

TEST(TidyRules, LayersAreSeen) {
  EXPECT_EQ(only_complaint(check_layers, "engine/a.cc", "\n#include \"replay/venue.h\"\n"),
            "engine/a.cc:2: replay/venue.h lies above this file's layer");
  EXPECT_TRUE(is_caught(check_layers, "engine/a.h", "#include \"events/log/event_log.h\"\n"));
  EXPECT_TRUE(is_caught(check_layers, "events/a.h", "#include \"engine/state.h\"\n"));
  EXPECT_TRUE(is_caught(check_layers, "backtest/a.h", "#include \"adapters/cli/main.h\"\n"));
  EXPECT_TRUE(is_caught(check_layers, "replay/a.h", "#include \"venue.h\"\n"));
  EXPECT_TRUE(passes(check_layers, "adapters/a.h", "#include \"backtest/a.h\"\n"));
  EXPECT_TRUE(passes(check_layers, "replay/a.h", "#include \"events/log/event_log.h\"\n"));
}

TEST(TidyRules, LibrariesAreSeen) {
  EXPECT_TRUE(is_caught(check_pure_includes, "engine/a.cc", "#include <chrono>\n"));
  EXPECT_TRUE(is_caught(check_pure_includes, "events/a.cc", "#include <cstdio>\n"));
  EXPECT_TRUE(passes(check_pure_includes, "replay/a.cc", "#include <chrono>\n"));
  EXPECT_TRUE(is_caught(check_libraries, "engine/a.cc", "#include <lmdb.h>\n"));
  EXPECT_TRUE(is_caught(check_libraries, "events/a.cc", "#include <capnp/message.h>\n"));
  EXPECT_TRUE(passes(check_libraries, "events/log/a.cc", "#include <capnp/message.h>\n"));
  EXPECT_TRUE(passes(check_libraries, "backtest/tape/a.cc", "#include <lmdb.h>\n"));
  EXPECT_TRUE(is_caught(check_libraries, "backtest/venue/a.cc", "#include <lmdb.h>\n"));
  EXPECT_TRUE(is_caught(check_libraries, "adapters/a.h", "#include <boost/beast/core.hpp>\n"));
  EXPECT_TRUE(passes(check_libraries, "adapters/net/peer_stream.h", "#include <boost/a.hpp>\n"));
  EXPECT_TRUE(is_caught(check_libraries, "adapters/a.h", "#include <spdlog/spdlog.h>\n"));
  EXPECT_TRUE(passes(check_libraries, "adapters/a.cc", "#include <spdlog/spdlog.h>\n"));
}

TEST(TidyRules, BansAreSeen) {
  for (const char* planted :
       {"double price;", "float x = 1;", "std::unordered_map<int, int> m;", "std::hash<int> h;",
        "auto t = time(nullptr);", "auto t = std::time(nullptr);", "system_clock::now();",
        "int r = rand();", "std::mt19937 g;", "getenv(\"HOME\");", "thread_local int x;",
        "mutable int x;", "std::cout << 1;", "std::map<const Order*, int> m;",
        "static int count = 0;", "static std::string name;", "throw 1;",
        "reinterpret_cast<char*>(p);"}) {
    EXPECT_TRUE(is_caught(check_bans, "engine/a.cc", planted)) << planted;
  }
  for (const char* fine :
       {"// a double time(", "const char* s = \"double rand()\";", "static constexpr int kX = 0;",
        "static Price from_raw(std::int64_t count) {", "event.time(x);", "static_cast<int>(x);",
        "std::map<OrderId, Order> orders;", "static const auto kX = 3;", "operand(3);"}) {
    EXPECT_TRUE(passes(check_bans, "engine/a.cc", fine)) << fine;
  }
  EXPECT_TRUE(is_caught(check_bans, "backtest/venue/a.cc", "double fee;"));
  EXPECT_TRUE(passes(check_bans, "adapters/a.cc", "double seconds;"));
}

TEST(TidyRules, LengthsAreSeen) {
  EXPECT_TRUE(is_caught(check_lines, "engine/a.cc", std::string(101, 'x') + "\n"));
  EXPECT_TRUE(passes(check_lines, "engine/a.cc", std::string(100, 'x') + "\n"));
  EXPECT_TRUE(is_caught(check_lines, "engine/a.cc", "\tint x;\n"));
  EXPECT_TRUE(is_caught(check_lines, "engine/a.cc", "int x; \n"));
  EXPECT_TRUE(is_caught(check_lines, "engine/a.cc", "// \xC3\xA9\n"));
  EXPECT_TRUE(is_caught(check_lines, "engine/a.h", "int x;\n"));
  const auto repeated = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "  x();\n";
    return text;
  };
  EXPECT_TRUE(is_caught(check_lines, "engine/a.cc", repeated(601)));
  EXPECT_TRUE(passes(check_lines, "tests/a.cc", repeated(601)));
  EXPECT_TRUE(is_caught(check_functions, "engine/a.cc", "void f() {\n" + repeated(79) + "}\n"));
  EXPECT_TRUE(passes(check_functions, "engine/a.cc", "void f() {\n" + repeated(78) + "}\n"));
  EXPECT_TRUE(is_caught(
      check_functions, "engine/a.cc",
      "namespace a {\nstruct S {\n  S operator=(S) const {\n" + repeated(79) + "}\n};\n}\n"));
  EXPECT_TRUE(passes(check_functions, "engine/a.cc",
                     "constexpr auto kTable = to_array({\n" + repeated(200) + "});\n"));
}

TEST(TidyRules, WordsAreSeen) {
  EXPECT_TRUE(is_caught(check_words, "engine/order_manager.cc", "\n"));
  EXPECT_TRUE(is_caught(check_words, "engine/a.cc",
                        "// TO"
                        "DO: later\n"));
  EXPECT_TRUE(passes(check_words, "engine/a.cc",
                     "// TO"
                     "DO(perf): measure\n"));
  EXPECT_TRUE(is_caught(check_words, "engine/a.cc",
                        "// FIX"
                        "ME\n"));
  EXPECT_TRUE(is_caught(check_words, "dev",
                        "cd /ho"
                        "me/me\n"));
}

TEST(TidyRules, DeadFilesAreSeen) {
  const SourceFile cmake =
      make_source("CMakeLists.txt", "add_library(a engine/a.cc)\n# engine/commented.cc\n");
  EXPECT_EQ(check_dead({cmake, make_source("engine/a.cc", "#include \"engine/a.h\"\n"),
                        make_source("engine/a.h", ""), make_source("engine/b.h", ""),
                        make_source("engine/commented.cc", "")}),
            (Complaints{"engine/b.h: included by nobody",
                        "engine/commented.cc: not named in CMakeLists.txt"}));
}

TEST(TidyRules, CommentsAndLiteralsAreBlank) {
  EXPECT_EQ(blanked("a \"b\\\"c\" 'd' 1'000 // e\nf /* g\n*/ h"),
            "a \"    \" ' ' 1'000     \nf     \n   h");
  EXPECT_EQ(blanked("R\"x(a)\" b)x\" c"), std::string(13, ' ') + "c");
}

}  // namespace
}  // namespace tranchet
