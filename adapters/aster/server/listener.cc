#include "adapters/aster/server/listener.h"

#include <utility>

namespace tranchet::aster_venue {

VenueListener::VenueListener(const ListenerOptions& options)
    : TapeServer(options), options_(options), desk_(options.desk) {}

std::expected<std::unique_ptr<VenueListener>, std::string> VenueListener::open(
    const ListenerOptions& options) {
  std::unique_ptr<VenueListener> listener(new VenueListener(options));
  if (auto opened = listener->TapeServer::open(); !opened) {
    return std::unexpected(opened.error());
  }
  for (const FaultOrder& fault : options.faults) listener->cause(fault);
  return listener;
}

void VenueListener::post(std::function<void(AsterFrontDesk&, Timestamp)> work) {
  TapeServer::post([this, work = std::move(work)](Timestamp now) { work(desk_, now); });
}

void VenueListener::observe(const Occurrence& price, Timestamp now) {
  desk_.observe(price.body, now);
}

// ---- Requests.

void VenueListener::answer(const ServerRequest& request, Respond respond, Timestamp now) {
  if (request.path().starts_with("/twin/") && options_.control) {
    return respond(control(request));
  }
  DeskAnswer answer = desk_.answer({.method = request.method,
                                    .target = request.target,
                                    .body = request.body,
                                    .api_key = request.header("X-MBX-APIKEY"),
                                    .peer = request.peer},
                                   now);
  if (answer.hang_up) return respond(std::nullopt);
  // Streams first, as at the venue.
  send_output();
  respond_after(answer.delay, std::move(respond),
                {.status = answer.status,
                 .headers = std::move(answer.headers),
                 .body = std::move(answer.body)});
}

ServerResponse VenueListener::control(const ServerRequest& request) {
  const Parameters parameters(request.query(), request.body);
  if (request.method != "POST") return plain(405, "POST only\n");
  if (request.path() == "/twin/price") return show_price(parameters);
  if (request.path() == "/twin/rules") return change_rules(parameters);
  if (request.path() == "/twin/liquidation") return liquidate(parameters);
  if (request.path() != "/twin/fault") return plain(404, "no such control\n");
  const auto fault = parse_fault(parameters.text("fault"));
  if (!fault) return plain(400, fault.error() + "\n");
  cause(*fault);
  catch_up();
  return plain(200, "done\n");
}

void VenueListener::cause(const FaultOrder& fault) {
  if (fault.kind == FaultKind::Clock) {
    move_clock(fault.length);
  } else {
    desk_.cause(fault, now());
  }
}

ServerResponse VenueListener::show_price(const Parameters& parameters) {
  const auto price = parameters.decimal<Price>("price");
  const auto mark = parameters.decimal<Price>("mark");
  const auto bad = [](const auto& value) { return !value || (*value && !(**value).is_positive()); };
  for (const MarketBoard& board : desk_.boards()) {
    if (board.listed().symbol != parameters.text("symbol")) continue;
    if (bad(price) || bad(mark)) break;
    const InstrumentId instrument = board.listed().rules.instrument;
    if (*mark) desk_.observe(MarkPrice{instrument, **mark}, now());
    if (*price) {
      desk_.observe(
          TradePrinted{.instrument = instrument, .quantity = {}, .price = **price, .aggressor = 0},
          now());
    }
    send_output();
    return plain(200, "done\n");
  }
  return plain(400, "symbol, and price or mark above 0, are needed\n");
}

ServerResponse VenueListener::change_rules(const Parameters& parameters) {
  const auto tick = parameters.decimal<Price>("tick_size");
  const auto step = parameters.decimal<Quantity>("step_size");
  const auto bad = [](const auto& value) { return !value || (*value && !(**value).is_positive()); };
  for (const MarketBoard& board : desk_.boards()) {
    if (board.listed().symbol != parameters.text("symbol")) continue;
    if (bad(tick) || bad(step)) break;
    InstrumentListed rules = board.listed().rules;
    rules.tick_size = tick->value_or(rules.tick_size);
    rules.step_size = step->value_or(rules.step_size);
    if (*step) rules.min_quantity = rules.step_size;
    desk_.relist(rules, std::string(parameters.text("status", board.listed().status)));
    return plain(200, "done\n");
  }
  return plain(400, "symbol, and tick_size or step_size above 0, or status, are needed\n");
}

ServerResponse VenueListener::liquidate(const Parameters& parameters) {
  const auto side = parameters.text("side");
  const auto price = parameters.decimal<Price>("price");
  const auto quantity = parameters.decimal<Quantity>("quantity");
  const auto is_good = [](const auto& value) { return value && *value && (**value).is_positive(); };
  for (const MarketBoard& board : desk_.boards()) {
    if (board.listed().symbol != parameters.text("symbol")) continue;
    if (!is_good(price) || !is_good(quantity) || (side != "BUY" && side != "SELL")) break;
    desk_.observe(LiquidationPrinted{.instrument = board.listed().rules.instrument,
                                     .side = side == "BUY" ? Side::Buy : Side::Sell,
                                     .average_price = **price,
                                     .quantity = **quantity},
                  now());
    send_output();
    return plain(200, "done\n");
  }
  return plain(400, "symbol, side BUY or SELL, and price and quantity above 0 are needed\n");
}

// ---- Streams.

std::optional<ServerResponse> VenueListener::refuse_stream(const ServerRequest& request) {
  if (AsterFrontDesk::is_stream(request.target)) return std::nullopt;
  return plain(404, "no such stream\n");
}

StreamId VenueListener::open_stream(const ServerRequest& request, Timestamp now) {
  return desk_.open_stream(request.target, now);
}

void VenueListener::on_stream_text(StreamId stream, std::string_view text, Timestamp now) {
  desk_.on_stream_text(stream, text, now);
}

}  // namespace tranchet::aster_venue
