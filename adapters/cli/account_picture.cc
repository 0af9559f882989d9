#include "adapters/cli/account_picture.h"

#include <system_error>
#include <utility>

#include "adapters/cli/exit_status.h"
#include "adapters/live/run_log.h"
#include "replay/resume.h"

namespace tranchet {
namespace {

namespace fs = std::filesystem;

fs::path log_of(const PictureOptions& options, const Configuration& configuration) {
  return options.log.empty() ? fs::path(configuration.live.log) : fs::path(options.log);
}

// Before any thread is started: the log is read by a child process first.
std::expected<void, WriterFailure> read_log(const PictureOptions& options,
                                            AccountPicture& picture) {
  const fs::path log = log_of(options, picture.configuration);
  std::error_code failed;
  const bool is_there = fs::exists(log / "data.mdb", failed);
  if (!is_there && !options.log.empty()) return failure(kBadInput, log.string() + ": holds no log");
  if (!is_there || options.without_log) return {};
  // A paper run's positions are at no venue.
  if (mode_of_log(log) != "live") {
    if (options.log.empty()) return {};
    return failure(kBadInput, log.string() + ": is not the log of a live run");
  }
  const auto of_log = [](const LogError& error) {
    return std::unexpected(WriterFailure{exit_status(error.kind), error.message});
  };
  if (auto checked = check_in_child(log, CheckDepth::Records); !checked) {
    return of_log(checked.error());
  }
  auto reader = LogReader::open(log);
  if (!reader) return of_log(reader.error());
  if (number((*reader)->head().last) == 0) return {};
  auto resumed = resume(**reader, {});
  if (!resumed) return of_log(resumed.error());
  picture.names = std::move(resumed->names);
  picture.engine = std::move(resumed->engine);
  auto orders = legacy::read_bots_orders(log);
  if (!orders) return failure(kBadInput, orders.error());
  picture.bots_orders = *std::move(orders);
  return {};
}

std::expected<void, WriterFailure> load(const PictureOptions& options, AccountPicture& picture) {
  auto loaded = load_configuration(options.config, options.sets, picture.names);
  if (!loaded) return failure(kBadInput, to_text(loaded.error()));
  picture.configuration = *std::move(loaded);
  return {};
}

}  // namespace

Examination AccountPicture::examination() const {
  std::optional<Expectation> expectation;
  if (engine) expectation = expectation_of(engine->state(), names, rules);
  std::set<std::int64_t> legacy;
  for (const legacy::LeftOrder& order : bots_orders) legacy.insert(order.number);
  return examine({.survey = survey,
                  .rules = rules,
                  .settings = engine ? engine->state().settings : configuration.settings,
                  .names = names,
                  .expectation = expectation ? &*expectation : nullptr,
                  .legacy_orders = std::move(legacy),
                  .maintenance_margin = configuration.simulation.maintenance_margin});
}

std::string order_words(const aster::SurveyOrder& order) {
  const Maybe<Price> price = is_conditional(order.type) ? order.stop_price : order.limit_price;
  return order.symbol + " " + std::string(to_text(order.position_side)) + ": order " +
         std::to_string(order.number) + " (" + std::string(to_text(order.side)) + " " +
         to_text(order.remaining) + " " + std::string(to_text(order.type)) +
         (price ? " at " + to_text(*price) : "") + ")";
}

std::expected<AccountPicture, WriterFailure> take_picture(const PictureOptions& options) {
  AccountPicture picture;
  if (auto loaded = load(options, picture); !loaded) return std::unexpected(loaded.error());
  picture.names = {};
  if (auto read = read_log(options, picture); !read) return std::unexpected(read.error());
  if (auto loaded = load(options, picture); !loaded) return std::unexpected(loaded.error());
  if (picture.engine && picture.engine->state().account != picture.configuration.account) {
    return failure(kBadInput, "account.number is " + std::to_string(picture.configuration.account) +
                                  ", and the log is of account number " +
                                  std::to_string(picture.engine->state().account));
  }
  auto access = VenueAccess::open(picture.configuration.venue);
  if (!access) return std::unexpected(access.error());
  picture.access = *std::move(access);
  auto rules = picture.access->desk().rules();
  if (!rules) return failure(kWorldFailed, rules.error());
  picture.rules = *std::move(rules);
  auto survey = picture.access->desk().survey(picture.configuration.account);
  if (!survey) return failure(kWorldFailed, survey.error());
  picture.survey = *std::move(survey);
  return picture;
}

}  // namespace tranchet
