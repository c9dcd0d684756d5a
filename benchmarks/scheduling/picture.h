// The table as a picture.
#ifndef FASTEST_BENCHMARKS_SCHEDULING_PICTURE_H_
#define FASTEST_BENCHMARKS_SCHEDULING_PICTURE_H_

#include <string>
#include <vector>

#include "benchmarks/scheduling/table.h"

namespace fastest::scheduling {

// An SVG document. Each scenario has one bar per policy, from the floor (1.0) upwards.
std::string PictureOf(const std::vector<Row>& rows);

}  // namespace fastest::scheduling

#endif  // FASTEST_BENCHMARKS_SCHEDULING_PICTURE_H_
