// What people and screens are told of a book.
#pragma once

#include "engine/turn.h"

namespace tranchet {

// One PositionUpdate with a row for each tranche that holds something.
void publish_position(Turn& turn, const Position& position);

}  // namespace tranchet
