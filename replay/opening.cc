#include "replay/opening.h"

#include "engine/state.h"
#include "events/log/event_log.h"
#include "events/settings_text.h"

namespace tranchet {

// A new log is decided by the newest of the rules.
static_assert(kSchemaVersion == kRestingTermsAsked);

std::string_view build_name() {
#if defined(__clang__)
  return "tranchet " TRANCHET_VERSION " clang " __clang_version__;
#else
  return "tranchet " TRANCHET_VERSION " gcc " __VERSION__;
#endif
}

std::vector<EventBody> opening_events(const Opening& opening, Names& names) {
  std::vector<EventBody> bodies;
  bodies.emplace_back(RunStarted{.build = names.intern(build_name()),
                                 .settings = names.intern(settings_lines(opening.settings, names)),
                                 .settings_digest = settings_digest(opening.settings, names),
                                 .schema = kSchemaVersion,
                                 .account = opening.account});
  for (const InstrumentListed& listed : opening.instruments) bodies.emplace_back(listed);
  return bodies;
}

}  // namespace tranchet
