// SPDX-License-Identifier: GPL-2.0-only
#include "input/input-error.h"

#include "support/printable.h"

#include <utility>

namespace echelon
{

static std::string
Line(const std::string& file,
     const std::string& pointer,
     const std::string& problem,
     const std::string& hint)
{
    std::string line = Printable(file) + ": ";
    if (!pointer.empty())
    {
        line += Printable(pointer) + ": ";
    }
    line += Printable(problem);
    if (!hint.empty())
    {
        line += " (" + Printable(hint) + ")";
    }
    return line;
}

InputError::InputError(std::string file, std::string pointer, std::string problem, std::string hint)
    : std::runtime_error(Line(file, pointer, problem, hint)),
      m_file(std::move(file)),
      m_pointer(std::move(pointer)),
      m_problem(std::move(problem)),
      m_hint(std::move(hint))
{
}

} // namespace echelon
