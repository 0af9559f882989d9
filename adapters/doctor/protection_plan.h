// What a start would do now, without doing it: the engine is shown what the venue holds, and says
// what it would ask for.
#pragma once

#include <vector>

#include "adapters/aster/account_survey.h"
#include "engine/engine.h"
#include "events/names.h"

namespace tranchet {

// `engine` is that of the log, or a new one. Orders to submit, amend, cancel and to ask about, and
// alerts, in the engine's order: tranche by tranche.
std::vector<Command> plan_protection(Engine engine, Names& names,
                                     const aster::AccountSurvey& survey, const ExchangeInfo& rules,
                                     Timestamp now);

}  // namespace tranchet
