#include "adapters/cli/protect_command.h"

#include <algorithm>
#include <expected>
#include <optional>
#include <ostream>
#include <set>

#include "adapters/cli/account_picture.h"
#include "adapters/cli/exit_status.h"
#include "adapters/cli/protect_errand.h"
#include "adapters/doctor/protection_plan.h"
#include "adapters/doctor/report.h"
#include "adapters/live/clock.h"
#include "replay/opening.h"

namespace tranchet {
namespace {

using aster::SurveyOrder;

std::string book_text(const std::string& symbol, PositionSide side, std::uint32_t tranche) {
  return symbol + " " + std::string(to_text(side)) + " tranche " + std::to_string(tranche) + ": ";
}

// What a start can be told of; of the rest, its name.
std::string_view words_of(AlertReason reason) {
  switch (reason) {
    case AlertReason::TargetFromMark:
      return "the mark has passed its target or its stop, which is measured from the mark";
    case AlertReason::AdoptionRefused:
      return "the venue holds less than the log claims of it, or nothing";
    case AlertReason::ForeignPosition:
      return "the venue holds what the log does not know, and account.foreign_position leaves it";
    case AlertReason::StopBelowTick:
      return "its stop would be below one tick: there is none";
    default:
      return to_text(reason);
  }
}

std::string words_of(const Command& command, const Names& names) {
  return std::visit(
      Overload{
          [&](const SubmitOrder& c) {
            const Maybe<Price> price = c.stop_price ? c.stop_price : c.limit_price;
            return "place    " +
                   book_text(std::string(names.symbol(c.instrument)), c.position_side, c.tranche) +
                   std::string(to_text(c.purpose)) + " " + to_text(c.quantity) +
                   (price ? " at " + to_text(*price) : " at market");
          },
          [&](const AmendOrder& c) {
            return "change   " +
                   book_text(std::string(names.symbol(c.instrument)), c.position_side, c.tranche) +
                   std::string(to_text(c.purpose)) + " to " + to_text(c.quantity) + " at " +
                   to_text(c.limit_price);
          },
          [&](const CancelOrder& c) {
            return "cancel   " + std::string(names.symbol(c.instrument)) + ": our order " +
                   to_text(c.order) + ", which stands for nothing";
          },
          [&](const QueryOrder& c) {
            return "ask      " + std::string(names.symbol(c.instrument)) +
                   ": what became of our order " + to_text(c.order) +
                   ", before anything replaces it";
          },
          [&](const Alert& c) {
            const std::string symbol(names.symbol(c.instrument));
            const bool is_of_tranche = c.tranche_id != TrancheId::None;
            return "note     " +
                   (is_of_tranche ? book_text(symbol, PositionSide{c.position_side}, c.tranche)
                                  : symbol + ": ") +
                   std::string(words_of(c.reason));
          },
          [](const auto&) { return std::string(); }},
      command);
}

class Protect {
 public:
  Protect(const ProtectArguments& arguments, std::ostream& out)
      : arguments_(arguments), out_(out) {}

  std::expected<int, WriterFailure> run() {
    auto picture = take_picture(options());
    if (!picture) return std::unexpected(picture.error());
    auto retired = retired_orders(*picture);
    if (!retired) return std::unexpected(retired.error());
    out_ << (arguments_.apply ? "  Before\n\n" : "");
    const Examination examination = picture->examination();
    print_examination(out_, examination);
    out_ << "\n";
    status_now_ = examination.is_anything_naked() ? kAnswerIsNo : kDone;
    if (!arguments_.apply) return rehearse(*picture, *retired);
    std::set<std::int64_t> before;
    for (const SurveyOrder& order : picture->survey.orders) before.insert(order.number);
    ProtectErrand errand({.venue = picture->configuration.venue,
                          .account = picture->configuration.account,
                          .retired = *std::move(retired),
                          .held = held_in(*picture)},
                         [this](const std::string& line) { out_ << "  " << line << std::endl; });
    // Its thread ends before the log is read by a child process.
    picture->access.reset();
    const auto ended = run_errand(
        {.config = arguments_.config, .sets = arguments_.sets, .live = true}, errand.errand());
    if (!ended) return std::unexpected(ended.error());
    return look_again(before);
  }

 private:
  PictureOptions options() const { return {.config = arguments_.config, .sets = arguments_.sets}; }

  static std::set<BookKey> held_in(const AccountPicture& picture) {
    std::set<BookKey> held;
    for (const aster::SurveyPosition& p : picture.survey.positions) held.insert({p.symbol, p.side});
    return held;
  }

  // Those that a migration has noted, and those that were named, as far as they still rest.
  std::expected<std::vector<RetiredOrder>, WriterFailure> retired_orders(
      const AccountPicture& picture) const {
    std::set<std::int64_t> numbers(arguments_.retired.begin(), arguments_.retired.end());
    std::vector<RetiredOrder> retired;
    for (const SurveyOrder& order : picture.survey.orders) {
      const bool is_named = numbers.erase(order.number) > 0;
      const bool is_noted =
          std::ranges::any_of(picture.bots_orders, [&](const legacy::LeftOrder& noted) {
            return noted.number == order.number && noted.symbol == order.symbol;
          });
      if (!is_named && !is_noted) continue;
      if (order.id != OrderId::None) {
        return std::unexpected(
            WriterFailure{kBadInput, "--retire " + std::to_string(order.number) +
                                         ": is an order of this account's own engine"});
      }
      retired.push_back({.number = order.number,
                         .key = {order.symbol, order.position_side},
                         .is_stop = order.is_exit() && order.type == OrderType::StopMarket,
                         .text = order_words(order)});
    }
    if (numbers.empty()) return retired;
    return std::unexpected(WriterFailure{kBadInput, "--retire " + std::to_string(*numbers.begin()) +
                                                        ": no such order is open at the venue"});
  }

  std::expected<int, WriterFailure> rehearse(AccountPicture& picture,
                                             const std::vector<RetiredOrder>& retired) {
    Engine engine = picture.engine ? *std::move(picture.engine) : new_engine(picture);
    const auto commands = plan_protection(std::move(engine), picture.names, picture.survey,
                                          picture.rules, read_clocks().wall);
    if (commands.empty() && retired.empty()) {
      out_ << "  Nothing is missing.\n";
      return kDone;
    }
    out_ << "  With --apply it would\n";
    for (const RetiredOrder& order : retired) {
      out_ << "    take away " << order.text
           << (order.is_stop ? ", once ours stand" : ", before anything else") << "\n";
    }
    for (const Command& command : commands) {
      out_ << "    " << words_of(command, picture.names) << "\n";
    }
    out_ << "  Nothing was done.\n";
    return status_now_;
  }

  static Engine new_engine(AccountPicture& picture) {
    const Configuration& configuration = picture.configuration;
    Engine engine(configuration.settings, configuration.account);
    Output output;
    for (const EventBody& body :
         opening_events({.account = configuration.account, .settings = configuration.settings},
                        picture.names)) {
      engine.apply({next(engine.last_sequence()), engine.state().now, body}, output);
    }
    return engine;
  }

  std::expected<int, WriterFailure> look_again(const std::set<std::int64_t>& before) {
    const auto picture = take_picture(options());
    if (!picture) return std::unexpected(picture.error());
    for (const SurveyOrder& order : picture->survey.orders) {
      if (order.id == OrderId::None || before.contains(order.number)) continue;
      out_ << "  placed    " << placed_text(*picture, order) << "\n";
    }
    out_ << "\n  After\n\n";
    const Examination examination = picture->examination();
    print_examination(out_, examination);
    return examination.is_anything_naked() ? kAnswerIsNo : kDone;
  }

  static std::string placed_text(const AccountPicture& picture, const SurveyOrder& order) {
    const Maybe<Price> price = is_conditional(order.type) ? order.stop_price : order.limit_price;
    const Order* ours = picture.engine ? picture.engine->state().orders.look_up(order.id) : nullptr;
    const std::string what =
        std::string(ours != nullptr ? to_text(ours->purpose) : to_text(order.type)) + " " +
        to_text(order.remaining) + (price ? " at " + to_text(*price) : "");
    if (ours == nullptr) return order.symbol + ": " + what;
    return book_text(order.symbol, order.position_side, ours->tranche) + what;
  }

  const ProtectArguments& arguments_;
  std::ostream& out_;
  int status_now_ = kDone;
};

}  // namespace

int run_protect_command(const ProtectArguments& arguments, std::ostream& out, std::ostream& err) {
  const auto status = Protect(arguments, out).run();
  out << std::flush;
  if (!status) {
    err << "tranchet: protect: " << status.error().message << "\n";
    return status.error().exit_status;
  }
  return out.good() ? *status : kWorldFailed;
}

}  // namespace tranchet
