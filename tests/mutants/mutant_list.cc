#include "tests/mutants/mutant_list.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace tranchet {
namespace {

using Failure = std::unexpected<std::string>;

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

// "D9" with 'D': 9.
std::optional<int> numbered(std::string_view word, char letter) {
  if (word.empty() || word[0] != letter) return std::nullopt;
  int number = 0;
  const char* end = word.data() + word.size();
  const auto [at, error] = std::from_chars(word.data() + 1, end, number);
  if (error != std::errc() || at != end || number < 1) return std::nullopt;
  return number;
}

void append_line(std::string& text, std::string_view line) {
  if (!text.empty() && !line.empty()) text += ' ';
  text += line;
}

// ---- The page.

class Parser {
 public:
  // Empty: taken; otherwise the error.
  std::string take(std::string_view line) {
    if (trimmed(line).empty() || line.starts_with("#")) return {};
    if (!is_space(line.front())) return take_head(line);
    const std::string_view text = trimmed(line);
    if (list_.mutants.empty()) return "a mutant begins with its number";
    Mutant& mutant = list_.mutants.back();
    if (text.starts_with("in ")) {
      mutant.changes.emplace_back().within = trimmed(text.substr(3));
      section_ = Section::Within;
    } else if (text.starts_with("- ")) {
      if (section_ == Section::What || section_ == Section::After) mutant.changes.emplace_back();
      append_line(mutant.changes.back().before, trimmed(text.substr(2)));
      section_ = Section::Before;
    } else if (text == "+" || text.starts_with("+ ")) {
      if (section_ != Section::Before && section_ != Section::After) return "a + before its -";
      append_line(mutant.changes.back().after, trimmed(text.substr(1)));
      section_ = Section::After;
    } else {
      if (section_ != Section::What) return "expected in, - or +";
      append_line(mutant.what, text);
    }
    return {};
  }

  MutantList list() && { return std::move(list_); }

 private:
  enum class Section { What, Within, Before, After };

  std::string take_head(std::string_view line) {
    section_ = Section::What;
    const std::string_view first = take_word(line);
    if (first == "impossible") {
      const auto defect = numbered(take_word(line), 'D');
      if (!defect) return "expected: impossible D5 why";
      list_.impossible.push_back({.defect = *defect, .why = std::string(trimmed(line))});
      return {};
    }
    Mutant mutant;
    const auto [at, error] =
        std::from_chars(first.data(), first.data() + first.size(), mutant.number);
    const std::string_view defect = take_word(line);
    const auto invariant = take_word(line);
    mutant.defect = numbered(defect, 'D').value_or(0);
    if (invariant.starts_with("I-")) {
      const std::string_view digits = invariant.substr(2);
      std::from_chars(digits.data(), digits.data() + digits.size(), mutant.invariant);
    }
    mutant.file = trimmed(line);
    const bool fine = error == std::errc() && at == first.data() + first.size() &&
                      (mutant.defect != 0 || defect == "own") && mutant.invariant != 0 &&
                      !mutant.file.empty();
    if (!fine) return "expected: number, D5 or own, I-05, file";
    if (mutant.number != static_cast<int>(list_.mutants.size()) + 1) {
      return "mutant " + std::to_string(list_.mutants.size() + 1) + " is expected here";
    }
    list_.mutants.push_back(std::move(mutant));
    return {};
  }

  MutantList list_;
  Section section_ = Section::What;
};

std::string fault_of(const Mutant& mutant) {
  const std::string name = "mutant " + std::to_string(mutant.number);
  if (mutant.what.empty()) return name + " does not say what it breaks";
  if (mutant.changes.empty()) return name + " changes nothing";
  for (const Change& change : mutant.changes) {
    if (change.before.empty()) return name + " has a change without -";
    if (change.before == change.after) return name + " has a change that changes nothing";
  }
  return {};
}

// ---- The weaving.

// A text without its white space, and where each character stood.
class Squeezed {
 public:
  explicit Squeezed(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (is_space(text[at])) continue;
      text_ += text[at];
      places_.push_back(at);
    }
  }
  const std::string& text() const { return text_; }

  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  // Where `wanted` stands between `from` and `to`, in the text as it was.
  std::vector<Range> find(std::string_view wanted, Range range) const {
    const Squeezed squeezed(wanted);
    const std::string& pattern = squeezed.text();
    std::vector<Range> found;
    for (std::size_t at = text_.find(pattern); at != std::string::npos;
         at = text_.find(pattern, at + 1)) {
      const Range here{places_[at], places_[at + pattern.size() - 1] + 1};
      if (here.begin >= range.begin && here.end <= range.end) found.push_back(here);
    }
    return found;
  }

 private:
  std::string text_;
  std::vector<std::size_t> places_;
};

struct Place {
  std::size_t begin = 0;
  std::size_t end = 0;
  int mutant = 0;
  const Change* change = nullptr;
};

std::string times(std::size_t count) {
  return count == 0 ? "does not occur" : "occurs " + std::to_string(count) + " times";
}

std::expected<Place, std::string> place_of(const Mutant& mutant, const Change& change,
                                           std::string_view source, const Squeezed& squeezed) {
  const std::string name = "mutant " + std::to_string(mutant.number) + ": \"";
  Squeezed::Range range{0, source.size()};
  if (!change.within.empty()) {
    const auto heads = squeezed.find(change.within, range);
    if (heads.size() != 1) {
      return Failure(name + change.within + "\" " + times(heads.size()) + " in " + mutant.file);
    }
    // Functions end with a brace in the first column.
    range = {heads[0].begin, std::min(source.find("\n}", heads[0].begin), source.size())};
  }
  const auto found = squeezed.find(change.before, range);
  if (found.size() != 1) {
    return Failure(name + change.before + "\" " + times(found.size()) + " in " +
                   (change.within.empty() ? mutant.file : change.within));
  }
  return Place{found[0].begin, found[0].end, mutant.number, &change};
}

class Weaver {
 public:
  Weaver(std::string_view source, std::vector<Place> places)
      : source_(source), places_(std::move(places)) {
    std::stable_sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
    });
  }

  // The mutant that crosses another; 0: none.
  int crossing() const {
    for (std::size_t n = 0; n < places_.size(); ++n) {
      for (std::size_t m = n + 1; m < places_.size() && places_[m].begin < places_[n].end; ++m) {
        if (places_[m].end > places_[n].end) return places_[m].mutant;
      }
    }
    return 0;
  }

  std::string run() { return woven(0, source_.size()); }

 private:
  // The text of [begin, end) with the places in it, from next_ on, woven.
  std::string woven(std::size_t begin, std::size_t end) {
    std::string text;
    while (next_ < places_.size() && places_[next_].begin < end) {
      const Place& place = places_[next_++];
      text += source_.substr(begin, place.begin - begin);
      const std::string original = woven(place.begin, place.end);
      text += chosen(place, original);
      begin = place.end;
    }
    text += source_.substr(begin, end - begin);
    return text;
  }

  static std::string chosen(const Place& place, const std::string& original) {
    const std::string is_it = "mutant_is(" + std::to_string(place.mutant) + ")";
    const char last = place.change->before.back();
    if (last == ';' || last == '}') {
      return "{ if (" + is_it + ") { " + place.change->after + " } else { " + original + " } }";
    }
    return "(" + is_it + " ? (" + place.change->after + ") : (" + original + "))";
  }

  std::string_view source_;
  std::vector<Place> places_;
  std::size_t next_ = 0;
};

}  // namespace

std::expected<MutantList, std::string> parse_mutants(std::string_view page) {
  Parser parser;
  for (std::size_t line = 1; !page.empty(); ++line) {
    const std::size_t end = std::min(page.find('\n'), page.size());
    if (const std::string error = parser.take(page.substr(0, end)); !error.empty()) {
      return Failure("line " + std::to_string(line) + ": " + error);
    }
    page.remove_prefix(std::min(end + 1, page.size()));
  }
  MutantList list = std::move(parser).list();
  for (const Mutant& mutant : list.mutants) {
    if (const std::string fault = fault_of(mutant); !fault.empty()) return Failure(fault);
  }
  return list;
}

std::expected<std::string, std::string> weave(const MutantList& list, std::string_view file,
                                              std::string_view source) {
  const Squeezed squeezed(source);
  std::vector<Place> places;
  for (const Mutant& mutant : list.mutants) {
    if (mutant.file != file) continue;
    for (const Change& change : mutant.changes) {
      const auto place = place_of(mutant, change, source, squeezed);
      if (!place) return Failure(place.error());
      places.push_back(*place);
    }
  }
  Weaver weaver(source, std::move(places));
  if (const int crossing = weaver.crossing(); crossing != 0) {
    return Failure("mutant " + std::to_string(crossing) + " crosses another in " +
                   std::string(file));
  }
  return "#include \"tests/mutants/mutant.h\"\n#line 1 \"" + std::string(file) + "\"\n" +
         weaver.run();
}

}  // namespace tranchet
