#include "adapters/cli/step_command.h"

#include <istream>
#include <ostream>
#include <set>
#include <string>

#include "adapters/cli/order_lookup.h"
#include "engine/engine.h"
#include "events/digest.h"
#include "events/event_check.h"
#include "events/log/json.h"

namespace tranchet {
namespace {

class Steps {
 public:
  Steps(std::ostream& out, const StepOptions& options, Names& names)
      : out_(out),
        done_(options.done),
        names_(names),
        engine_(options.opening.settings, options.opening.account) {}

  void open(const Opening& opening) {
    for (const EventBody& body : opening_events(opening, names_)) apply(body);
    flush(false);
  }

  // Empty: taken. Otherwise what is wrong with the line.
  std::string take(std::string_view text) {
    auto line = parse_event_line(text, names_);
    if (!line) return line.error();
    if (line->time < engine_.state().now) {
      return "time \"" + to_text(line->time) + "\" is before the line above, \"" +
             to_text(engine_.state().now) + "\"";
    }
    time_ = line->time;
    for (EventBody& body : line->bodies) {
      if (std::string error = name_order(body, *line); !error.empty()) return error;
      if (std::holds_alternative<RunStarted>(body))
        return "type \"RunStarted\": a run starts itself";
      if (std::string flaw = flaw_in(body); !flaw.empty()) return flaw;
      apply(body);
    }
    flush(done_);
    return {};
  }

 private:
  // Gives the body its order's id, and checks that the order is one of this run.
  std::string name_order(EventBody& body, const EventLine& line) {
    return std::visit(
        [&](auto& answer) -> std::string {
          using Answer = std::decay_t<decltype(answer)>;
          if constexpr (requires { answer.order; } && !std::is_same_v<Answer, OrderReported>) {
            if (line.reference && answer.order == OrderId::None) {
              answer.order = line.reference->order != OrderId::None
                                 ? line.reference->order
                                 : find_order(engine_.state(), *line.reference, body);
              if (answer.order == OrderId::None) return "names an order that this run never sent";
            }
            if (answer.order == OrderId::None) {
              // Only a fill can be somebody else's.
              return std::is_same_v<Answer, OrderFilled> ? "" : "order_id \"\" names no order";
            }
            if (!sent_.contains(answer.order)) {
              return "order_id \"" + to_text(answer.order) + "\" was never sent in this run";
            }
            const auto order = engine_.state().orders.find(answer.order);
            if (line.instrument != InstrumentId::None && order != engine_.state().orders.end() &&
                order->second.key.instrument != line.instrument) {
              return "instrument \"" + std::string(names_.symbol(line.instrument)) +
                     "\" is not that of order " + to_text(answer.order);
            }
          }
          return {};
        },
        body);
  }

  void apply(const EventBody& body) {
    engine_.apply({.sequence = next(engine_.last_sequence()), .time = time_, .body = body},
                  output_);
    for (const Command& command : output_.commands) {
      if (const auto* submitted = std::get_if<SubmitOrder>(&command))
        sent_.insert(submitted->order);
    }
    append_command_lines(output_.commands, engine_.last_sequence(), names_, text_);
    output_.clear();
  }

  void flush(bool done) {
    if (done) {
      text_ += "{\"seq\":" + std::to_string(number(engine_.last_sequence())) +
               ",\"type\":\"Done\",\"state_digest\":\"" + digest_text(engine_.state_digest()) +
               "\"}\n";
    }
    out_ << text_ << std::flush;
    text_.clear();
  }

  std::ostream& out_;
  bool done_;
  Names& names_;
  Engine engine_;
  Timestamp time_;
  Output output_;
  std::string text_;
  std::set<OrderId> sent_;
};

}  // namespace

int run_step(std::istream& in, std::ostream& out, std::ostream& err, const StepOptions& options,
             Names& names) {
  Steps steps(out, options, names);
  steps.open(options.opening);
  std::string line;
  for (std::uint64_t number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (const std::string error = steps.take(line); !error.empty()) {
      err << "tranchet: step: line " << number << ": " << error << "\n";
      return 2;
    }
  }
  return 0;
}

}  // namespace tranchet
