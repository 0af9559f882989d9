#include "adapters/cli/venue_command.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>
#include <random>

#include "adapters/aster/server/accounts_file.h"
#include "adapters/aster/server/listener.h"
#include "adapters/cli/exit_status.h"
#include "adapters/cli/venue_options.h"

namespace tranchet {
namespace {

using aster_venue::ListedSymbol;
using aster_venue::TapeOptions;
// The objects of exchangeInfo's `symbols`, by symbol, as they are written.
Read<std::map<std::string, std::string>> read_symbol_texts(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::unexpected(file + ": cannot be read");
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  try {
    const simdjson::padded_string padded(text);
    simdjson::dom::parser parser;
    std::map<std::string, std::string> texts;
    for (const simdjson::dom::element item : parser.parse(padded)["symbols"].get_array()) {
      texts[std::string(std::string_view(item["symbol"]))] = simdjson::minify(item);
    }
    return texts;
  } catch (const simdjson::simdjson_error& error) {
    return std::unexpected(file + ": " + error.what());
  }
}

Read<ListedSymbol> infer_symbol(const TapeOptions& tape) {
  const auto decimals = venue_server::look_at_decimals(tape);
  if (!decimals) return std::unexpected(decimals.error());
  ListedSymbol listed{.symbol = tape.symbol, .rules = {}, .terms = {}, .info = ""};
  listed.rules.tick_size = Price::from_raw(unit_of(decimals->price));
  listed.rules.step_size = Quantity::from_raw(unit_of(std::max(decimals->quantity, 3)));
  listed.rules.min_quantity = listed.rules.step_size;
  listed.rules.min_notional = Money::from_raw(5 * kDecimalOne);
  listed.rules.max_conditional_orders = 10;
  return listed;
}

class VenueRun {
 public:
  VenueRun(const VenueArguments& arguments, std::ostream& out, std::ostream& err)
      : arguments_(arguments), out_(out), err_(err) {}

  Read<aster_venue::ListenerOptions> read_options() {
    aster_venue::ListenerOptions options;
    options.ends = arguments_.end;
    options.control = arguments_.control;
    options.server.limits.connections = 256;
    options.server.limits.messages_per_second = 10;
    options.server.limits.ping_interval = std::chrono::minutes(5);
    options.server.limits.session_timeout = std::chrono::minutes(15);
    if (auto read = read_listen(arguments_.listen, options.server); !read) {
      return std::unexpected(read.error());
    }
    if (arguments_.loop && arguments_.end) {
      return std::unexpected("--loop and --end cannot both be: a tape that loops does not end");
    }
    for (const auto read :
         {&VenueRun::read_tapes, &VenueRun::read_symbols, &VenueRun::read_accounts,
          &VenueRun::read_rest, &VenueRun::read_identity}) {
      if (auto done = (this->*read)(options); !done) return std::unexpected(done.error());
    }
    return options;
  }

 private:
  Read<void> read_tapes(aster_venue::ListenerOptions& options) {
    auto tapes = read_tapes_of(arguments_.tapes, arguments_.speed, arguments_.loop);
    if (!tapes) return std::unexpected(tapes.error());
    options.tapes = std::move(*tapes);
    return {};
  }

  Read<void> read_symbols(aster_venue::ListenerOptions& options) {
    std::vector<InstrumentRules> all;
    std::map<std::string, std::string> texts;
    if (!arguments_.instruments.empty()) {
      auto rules = read_exchange_info(arguments_.instruments);
      if (!rules) return std::unexpected(to_text(rules.error()));
      all = std::move(*rules);
      auto read = read_symbol_texts(arguments_.instruments);
      if (!read) return std::unexpected(read.error());
      texts = std::move(*read);
    }
    for (const TapeOptions& tape : options.tapes) {
      const auto found = std::ranges::find(all, tape.symbol, &InstrumentRules::symbol);
      ListedSymbol listed;
      if (found != all.end()) {
        listed = {.symbol = tape.symbol,
                  .rules = found->rules,
                  .terms = {.multiplier_up = found->multiplier_up,
                            .multiplier_down = found->multiplier_down,
                            .market_take_bound = found->market_take_bound},
                  .info = texts[tape.symbol]};
        if (!found->status.empty()) listed.status = found->status;
      } else if (!arguments_.instruments.empty()) {
        return std::unexpected(arguments_.instruments + ": has no instrument " + tape.symbol);
      } else {
        auto inferred = infer_symbol(tape);
        if (!inferred) return std::unexpected(inferred.error());
        err_ << "tranchet: venue: " << tape.symbol << ": tick "
             << to_text(inferred->rules.tick_size) << " and step "
             << to_text(inferred->rules.step_size)
             << " are taken from the data; --instruments says better\n";
        listed = std::move(*inferred);
      }
      if (!listed.rules.tick_size.is_positive()) {
        return std::unexpected(tape.symbol + ": its tick size is 0: it cannot be traded");
      }
      listed.rules.instrument = tape.instrument;
      options.desk.symbols.push_back(std::move(listed));
    }
    return {};
  }

  Read<void> read_accounts(aster_venue::ListenerOptions& options) {
    if (arguments_.accounts.empty()) {
      options.desk.accounts = aster_venue::demo_accounts();
      return {};
    }
    auto accounts = aster_venue::read_accounts(arguments_.accounts);
    if (!accounts) return std::unexpected(accounts.error());
    options.desk.accounts = std::move(*accounts);
    return {};
  }

  Read<void> read_rest(aster_venue::ListenerOptions& options) {
    for (const std::string& text : arguments_.faults) {
      const auto fault = aster_venue::parse_fault(text);
      if (!fault) return std::unexpected("--fault " + text + ": " + fault.error());
      options.faults.push_back(*fault);
    }
    if (!arguments_.partial_fills.empty()) {
      const auto share = read_share(arguments_.partial_fills);
      if (!share) return std::unexpected(share.error());
      options.desk.simulation.take_share = *share;
    }
    const std::string& chain = arguments_.chain;
    const auto [end, error] =
        std::from_chars(chain.data(), chain.data() + chain.size(), options.desk.chain);
    if (error != std::errc() || end != chain.data() + chain.size()) {
      return std::unexpected("--chain \"" + chain + "\" is no number");
    }
    options.desk.secret = std::random_device()();
    return {};
  }

  Read<void> read_identity(aster_venue::ListenerOptions& options) {
    if (arguments_.certificate.empty() != arguments_.key.empty()) {
      return std::unexpected("--certificate and --key go together");
    }
    if (!arguments_.certificate.empty()) {
      options.server.identity = {arguments_.certificate, arguments_.key};
      return {};
    }
    auto made = make_identity(out_);
    if (!made) return std::unexpected(made.error());
    options.server.identity = std::move(*made);
    return {};
  }

  const VenueArguments& arguments_;
  std::ostream& out_;
  std::ostream& err_;
};

}  // namespace

int run_venue_command(const VenueArguments& arguments, std::ostream& out, std::ostream& err) {
  const auto options = VenueRun(arguments, out, err).read_options();
  if (!options) {
    err << "tranchet: venue: " << options.error() << "\n";
    return kBadInput;
  }
  auto listener = aster_venue::VenueListener::open(*options);
  if (!listener) {
    err << "tranchet: venue: " << listener.error() << "\n";
    return kWorldFailed;
  }
  const int status = serve_until_stopped(**listener, options->server, out);
  if (status != kDone) err << "tranchet: venue: " << (*listener)->failure() << "\n";
  return status;
}

}  // namespace tranchet
