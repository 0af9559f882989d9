#include "adapters/cli/fyers_venue_command.h"

#include <algorithm>
#include <optional>
#include <ostream>

#include "adapters/cli/exit_status.h"
#include "adapters/cli/venue_options.h"
#include "adapters/fyers/server/listener.h"

namespace tranchet {
namespace {

using fyers_venue::Listing;
using venue_server::TapeOptions;

// "09:15"
std::optional<Duration> read_clock(std::string_view text) {
  const bool shaped = text.size() == 5 && text[2] == ':';
  const ParsedDecimal hours = parse_decimal(shaped ? text.substr(0, 2) : "", 0);
  const ParsedDecimal minutes = parse_decimal(shaped ? text.substr(3) : "", 0);
  if (hours.error || minutes.error || hours.count < 0 || hours.count > 23 || minutes.count < 0 ||
      minutes.count > 59) {
    return std::nullopt;
  }
  return Duration::minutes(hours.count * 60 + minutes.count);
}

// What rows of this instrument may call it: files of the exchange know no "NSE:" and no "-EQ".
std::vector<std::string> names_in_files(const Listing& listing) {
  std::string letters = listing.exchange_symbol();
  while (!letters.empty() && letters.back() >= '0' && letters.back() <= '9') letters.pop_back();
  return {listing.symbol, listing.short_name(), listing.exchange_symbol(), letters,
          listing.index_name.empty() ? listing.symbol : listing.index_name};
}

// What the data looks like; `tape` calls the instrument as the data does from then on.
Read<venue_server::TapeDecimals> look_at(TapeOptions& tape, const Listing& listing) {
  std::string first_error;
  for (const std::string& name : names_in_files(listing)) {
    tape.symbol = name;
    auto seen = venue_server::look_at_decimals(tape);
    if (seen) return seen;
    if (first_error.empty()) first_error = seen.error();
  }
  return std::unexpected(first_error);
}

class FyersVenueRun {
 public:
  FyersVenueRun(const FyersVenueArguments& arguments, std::ostream& out, std::ostream& err)
      : arguments_(arguments), out_(out), err_(err) {}

  Read<fyers_venue::ListenerOptions> read_options() {
    fyers_venue::ListenerOptions options;
    options.ends = arguments_.end;
    options.control = arguments_.control;
    options.wall_clock = arguments_.wall_clock;
    options.server.limits.connections = 256;
    // Every third frame of prices is acknowledged, and a tape may be fast.
    options.server.limits.messages_per_second = 2'000;
    options.server.limits.session_timeout = std::chrono::minutes(15);
    if (auto read = read_listen(arguments_.listen, options.server); !read) {
      return std::unexpected(read.error());
    }
    for (const auto read : {&FyersVenueRun::read_hours, &FyersVenueRun::read_tapes,
                            &FyersVenueRun::read_account, &FyersVenueRun::read_rest}) {
      if (auto done = (this->*read)(options); !done) return std::unexpected(done.error());
    }
    return options;
  }

 private:
  Read<void> read_hours(fyers_venue::ListenerOptions& options) {
    fyers_venue::SessionHours& hours = options.desk.hours;
    if (arguments_.loop && arguments_.end) {
      return std::unexpected("--loop and --end cannot both be: a tape that loops does not end");
    }
    hours.always = arguments_.hours == "always";
    if (hours.always) return {};
    if (arguments_.loop && !arguments_.wall_clock) {
      return std::unexpected("--loop needs --hours always: the second time around it is night");
    }
    const std::size_t dash = arguments_.hours.find('-');
    const auto opens = read_clock(arguments_.hours.substr(0, dash));
    const auto closes =
        read_clock(dash == std::string::npos ? "" : arguments_.hours.substr(dash + 1));
    if (!opens || !closes || *opens >= *closes) {
      return std::unexpected("--hours \"" + arguments_.hours +
                             "\" is no HH:MM-HH:MM, and not \"always\"");
    }
    const auto square_off = read_clock(arguments_.square_off);
    if (!square_off || *square_off <= *opens || *square_off > *closes) {
      return std::unexpected("--square-off \"" + arguments_.square_off +
                             "\" is no HH:MM within the hours " + arguments_.hours);
    }
    hours.opens = *opens;
    hours.closes = *closes;
    hours.square_off = *square_off;
    return {};
  }

  Read<void> read_tapes(fyers_venue::ListenerOptions& options) {
    auto tapes = read_tapes_of(arguments_.tapes, arguments_.speed, arguments_.loop);
    if (!tapes) return std::unexpected(tapes.error());
    std::vector<Listing> master;
    if (!arguments_.instruments.empty()) {
      auto read = fyers_venue::read_symbol_master(arguments_.instruments);
      if (!read) return std::unexpected(read.error());
      master = std::move(*read);
    }
    std::optional<Timestamp> from;
    if (!arguments_.from.empty()) {
      from = parse_time(arguments_.from);
      if (!from) {
        return std::unexpected("--from \"" + arguments_.from +
                               "\" is no time like 2023-07-05T09:15:00+05:30");
      }
    }
    for (TapeOptions& tape : *tapes) {
      tape.from = from;
      const std::string symbol = tape.symbol;
      auto made = fyers_venue::make_listing(symbol, options.desk.listings.size() + 1);
      if (!made) return std::unexpected("--tape: " + made.error());
      const auto found = std::ranges::find(master, symbol, &Listing::symbol);
      if (found == master.end() && !master.empty()) {
        return std::unexpected(arguments_.instruments + ": has no symbol " + symbol);
      }
      const auto seen = look_at(tape, *made);
      if (!seen) return std::unexpected(seen.error());
      if (found != master.end()) {
        made = *found;
      } else {
        err_ << "tranchet: venue: " << symbol << ": tick " << to_text(made->tick) << " and lot "
             << to_text(made->lot) << " are assumed; --instruments says better\n";
      }
      options.desk.listings.push_back(std::move(*made));
    }
    options.tapes = std::move(*tapes);
    return {};
  }

  Read<void> read_account(fyers_venue::ListenerOptions& options) {
    fyers_venue::AccountSpec spec;
    const auto balance = parse<Money>(arguments_.balance);
    if (!balance || !balance->is_positive() ||
        *balance > Money::from_raw(kDecimalOne * 1'000'000'000)) {
      return std::unexpected("--balance \"" + arguments_.balance +
                             "\" is no amount above 0 and up to 1000000000");
    }
    const std::size_t dash = arguments_.app_id.rfind('-');
    if (dash == std::string::npos || parse_decimal(arguments_.app_id.substr(dash + 1), 0).error) {
      return std::unexpected("--app-id \"" + arguments_.app_id + "\" is not like ABCD1234-100");
    }
    spec.balance = *balance;
    spec.app_id = arguments_.app_id;
    spec.secret = arguments_.secret;
    options.desk.accounts = {spec};
    return {};
  }

  Read<void> read_rest(fyers_venue::ListenerOptions& options) {
    for (const std::string& text : arguments_.faults) {
      const auto fault = venue_server::parse_fault<fyers_venue::FaultKind>(text);
      if (!fault) return std::unexpected("--fault " + text + ": " + fault.error());
      options.faults.push_back(*fault);
    }
    if (!arguments_.partial_fills.empty()) {
      const auto share = read_share(arguments_.partial_fills);
      if (!share) return std::unexpected(share.error());
      options.desk.simulation.take_share = *share;
    }
    if (arguments_.certificate.empty() != arguments_.key.empty()) {
      return std::unexpected("--certificate and --key go together");
    }
    if (!arguments_.certificate.empty()) {
      options.server.identity = {arguments_.certificate, arguments_.key};
    } else if (arguments_.tls) {
      auto made = make_identity(out_);
      if (!made) return std::unexpected(made.error());
      options.server.identity = std::move(*made);
    }
    return {};
  }

  const FyersVenueArguments& arguments_;
  std::ostream& out_;
  std::ostream& err_;
};

}  // namespace

int run_fyers_venue_command(const FyersVenueArguments& arguments, std::ostream& out,
                            std::ostream& err) {
  const auto options = FyersVenueRun(arguments, out, err).read_options();
  if (!options) {
    err << "tranchet: venue: " << options.error() << "\n";
    return kBadInput;
  }
  auto listener = fyers_venue::FyersListener::open(*options);
  if (!listener) {
    err << "tranchet: venue: " << listener.error() << "\n";
    return kWorldFailed;
  }
  const fyers_venue::AccountSpec& account = options->desk.accounts.front();
  out << "app id " << account.app_id << ", secret " << account.secret << ", pin " << account.pin
      << "\n";
  const int status = serve_until_stopped(**listener, options->server, out);
  if (status != kDone) err << "tranchet: venue: " << (*listener)->failure() << "\n";
  return status;
}

}  // namespace tranchet
