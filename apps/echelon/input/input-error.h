// SPDX-License-Identifier: GPL-2.0-only
/**
 * @file
 * The one way in which bad input is reported: file, JSON pointer, what is wrong, hint.
 *
 *     throw InputError("a.json", "/jobs/0/name", "the name is empty", "give every job a name");
 *     std::cerr << error.what() << '\n';
 *     // a.json: /jobs/0/name: the name is empty (give every job a name)
 *
 * what() is one line of printable text whatever the input held (printable.h). The command line
 * prints it and exits with 65.
 */
#pragma once

#include <stdexcept>
#include <string>

namespace echelon
{

/// Bad input; @see the file comment.
class InputError : public std::runtime_error
{
  public:
    /// @param pointer RFC 6901; empty for the whole document. @param hint may be empty.
    InputError(std::string file, std::string pointer, std::string problem, std::string hint);

    const std::string& File() const
    {
        return m_file;
    }

    const std::string& Pointer() const
    {
        return m_pointer;
    }

    const std::string& Problem() const
    {
        return m_problem;
    }

    const std::string& Hint() const
    {
        return m_hint;
    }

  private:
    std::string m_file;
    std::string m_pointer;
    std::string m_problem;
    std::string m_hint;
};

} // namespace echelon
