#include "tests/support/transcript.h"

#include "events/event_check.h"
#include "events/log/event_log.h"

namespace tranchet {
namespace {

Money money_of(Words& words, std::string_view what) {
  return words.decimal<Money>(what);
}

InstrumentListed read_rules(Words& words, Names& names) {
  const std::string symbol = words.next("symbol");
  InstrumentListed rules;
  if (symbol.empty()) return rules;
  rules.instrument = names.instrument(symbol);
  rules.symbol = names.intern(symbol);
  while (!words.at_end()) {
    if (words.take("tick")) {
      rules.tick_size = words.decimal<Price>("tick");
    } else if (words.take("step")) {
      rules.step_size = words.decimal<Quantity>("step");
    } else if (words.take("least")) {
      rules.min_quantity = words.decimal<Quantity>("least");
    } else if (words.take("most")) {
      rules.max_quantity = words.decimal<Quantity>("most");
    } else if (words.take("market-most")) {
      rules.market_max_quantity = words.decimal<Quantity>("market-most");
    } else if (words.take("least-notional")) {
      rules.min_notional = money_of(words, "least-notional");
    } else if (words.take("stops")) {
      rules.max_conditional_orders =
          static_cast<std::uint16_t>(words.optional_number().value_or(0));
    } else {
      words.fail("\"" + words.next("rule") + "\" is no rule of an instrument");
    }
  }
  return rules;
}

bool starts_answer(std::string_view line) {
  return line.starts_with("< ") || line.starts_with("= ");
}

}  // namespace

std::expected<std::string, TranscriptError> play_transcript(std::string_view page) {
  Scene scene;
  std::string played;
  std::vector<std::string> answers;
  bool answered = false;  // After an event: the lines that stand there are replaced.
  for (std::uint64_t number = 1; !page.empty(); ++number) {
    const std::size_t end = page.find('\n');
    const std::string_view line = page.substr(0, end);
    page.remove_prefix(end == std::string_view::npos ? page.size() : end + 1);
    std::string error;
    if (starts_answer(line)) {
      if (!answered) error = "nothing happened yet that this could answer";
      if (error.empty()) continue;
    } else if (line.starts_with("> ")) {
      answers.clear();
      error = scene.take(line.substr(2), answers);
      answered = true;
    } else if (!line.empty() && !line.starts_with("#")) {
      error = answered ? "the header ends where the first event stands" : scene.configure(line);
    }
    if (!error.empty())
      return std::unexpected(TranscriptError{number, std::move(error), std::move(played)});
    played += std::string(line) + "\n";
    for (const std::string& answer : answers) played += answer + "\n";
    answers.clear();
  }
  return played;
}

std::string Scene::configure(std::string_view line) {
  Words words(line);
  if (words.take("unlisted")) {
    names_.instrument(words.peek().empty() ? "?" : words.peek());
    words.next("symbol");
    return words.error();
  }
  if (words.take("instrument")) {
    instruments_.push_back(read_rules(words, names_));
    return words.error().empty() ? flaw_in(instruments_.back()) : words.error();
  }
  if (!words.take("set"))
    return "\"" + words.next("word") + "\" is none of instrument, unlisted, set";
  InstrumentId instrument = names_.find_instrument(words.peek());
  if (instrument != InstrumentId::None) words.next("symbol");
  const EventBody body = read_setting(words, instrument);
  if (!words.error().empty()) return words.error();
  const auto& changed = std::get<ConfigChanged>(body);
  settings_.set(changed.setting, changed.instrument, changed.value);
  return {};
}

void Scene::open() {
  engine_.emplace(settings_);
  std::vector<std::string> none;
  apply(RunStarted{.schema = kSchemaVersion, .account = 1}, none);
  for (const InstrumentListed& listed : instruments_) apply(listed, none);
}

std::string Scene::take(std::string_view line, std::vector<std::string>& answers) {
  if (!engine_) open();
  const std::size_t space = line.find(' ');
  const auto time = parse_page_time(line.substr(0, space));
  if (time && *time < now_) return "time runs back from " + page_time(now_);
  if (time) now_ = *time;
  Words words(time && space != std::string_view::npos ? line.substr(space + 1) : line);
  if (std::string error = check_timers(words); !error.empty()) return error;
  const std::vector<EventBody> bodies = read_event(words);
  if (!words.at_end()) words.fail("\"" + words.next("word") + "\" is not understood here");
  if (!words.error().empty()) return words.error();
  for (const EventBody& body : bodies) {
    if (std::string flaw = flaw_in(body); !flaw.empty()) return flaw;
    apply(body, answers);
  }
  return {};
}

// Timers fire before the next event of a later time.
std::string Scene::check_timers(const Words& words) const {
  const auto timer = engine_->next_timer();
  if (!timer || now_ <= timer->first || words.peek() == "timer") return {};
  return "timer " + timer_name(timer->second) + " was due at " + page_time(timer->first);
}

void Scene::apply(const EventBody& body, std::vector<std::string>& answers) {
  Output output;
  engine_->apply({.sequence = next(engine_->last_sequence()), .time = now_, .body = body}, output);
  note_tranches();
  describe(output, answers);
}

}  // namespace tranchet
