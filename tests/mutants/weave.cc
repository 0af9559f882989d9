// weave_mutants PAGE FILE SOURCE COPY: writes SOURCE, which the page knows as FILE, with all its
// mutants to COPY. A copy that is right already is not touched, so that nothing is compiled for it.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "tests/mutants/mutant_list.h"

namespace tranchet {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

int run(const std::filesystem::path& page, const std::string& file,
        const std::filesystem::path& source, const std::filesystem::path& copy) {
  const auto list = parse_mutants(text_of(page));
  if (!list) {
    std::cerr << page.string() << ": " << list.error() << "\n";
    return 1;
  }
  const auto woven = weave(*list, file, text_of(source));
  if (!woven) {
    std::cerr << page.string() << ": " << woven.error() << "\n";
    return 1;
  }
  std::error_code error;
  std::filesystem::create_directories(copy.parent_path(), error);
  if (std::filesystem::exists(copy, error) && text_of(copy) == *woven) return 0;
  std::ofstream out(copy, std::ios::binary);
  out << *woven;
  out.close();
  if (out) return 0;
  std::cerr << copy.string() << ": cannot be written\n";
  return 1;
}

}  // namespace
}  // namespace tranchet

int main(int count, char** arguments) {
  if (count != 5) {
    std::cerr << "usage: weave_mutants PAGE FILE SOURCE COPY\n";
    return 2;
  }
  return tranchet::run(arguments[1], arguments[2], arguments[3], arguments[4]);
}
