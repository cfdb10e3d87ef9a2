// SPDX-License-Identifier: GPL-2.0-only
#include "commands/plan-command.h"

#include "alltoall/entry-durations.h"
#include "alltoall/order-registry.h"
#include "emulation/run-failure.h"
#include "experts/traffic-generator.h"
#include "input/input-error.h"
#include "input/json-document.h"
#include "input/text-buffer.h"
#include "plan/plan-fabric.h"
#include "plan/plan-report.h"
#include "plan/plan-writer.h"
#include "support/exit-codes.h"
#include "support/table-text.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <limits>

namespace echelon
{

namespace fs = std::filesystem;

constexpr std::uint32_t DEFAULT_GENERATED_GPUS = 8;
/// Beyond these not every order is planned unless asked for.
constexpr std::uint32_t MANY_GPUS = 128;
constexpr int TIMED_RUNS = 5;
constexpr double ENOUGH_SECONDS = 20e-3;

[[noreturn]] static void
FailUsage(const std::string& option, const ParameterError& error)
{
    throw UsageError(option + ": " + error.what() +
                     (error.Hint().empty() ? "" : " (" + error.Hint() + ")"));
}

static std::vector<DeviceId>
FirstDevices(std::uint32_t count)
{
    std::vector<DeviceId> devices;
    for (std::uint32_t device = 0; device < count; ++device)
    {
        devices.emplace_back(device);
    }
    return devices;
}

static LoadedTraffic
Generate(const PlanOptions& options)
{
    RoutingOptions others = options.routing;
    others.gpus.reset();
    if (!others.Given().empty())
    {
        throw UsageError(others.Given() + " is for routing traces, not for --generate");
    }
    std::vector<std::pair<std::string, std::string>> parameters;
    for (const std::string& assignment : options.parameters)
    {
        const std::size_t equals = assignment.find('=');
        if (equals == std::string::npos)
        {
            throw UsageError("--parameter: \"" + assignment + "\" is not KEY=VALUE");
        }
        parameters.emplace_back(assignment.substr(0, equals), assignment.substr(equals + 1));
    }
    try
    {
        return {GenerateTraffic(*options.generate,
                                options.routing.gpus.value_or(DEFAULT_GENERATED_GPUS),
                                options.seed,
                                parameters),
                "generated"};
    }
    catch (const ParameterError& error)
    {
        FailUsage(error.Parameter() == "generate" ? "--generate" : "--parameter", error);
    }
}

/// Seconds of one transmission after the other: no order takes longer.
static double
LongestTime(const TrafficMatrix& traffic, const PlanningFabric& fabric)
{
    double slowest = *std::min_element(fabric.portRate.begin(), fabric.portRate.end());
    double hops = 1;
    if (fabric.spines > 0)
    {
        slowest = std::min(slowest, fabric.SlowestUplink());
    }
    if (fabric.scaleUpRate > 0)
    {
        slowest = std::min(slowest, fabric.scaleUpRate);
        hops = 3; // with a relay in either server
    }
    return hops * 8 * static_cast<double>(traffic.Total()) / slowest;
}

static PlanSubject
MakeSubject(const PlanOptions& options)
{
    if (options.traffic.has_value() == options.generate.has_value())
    {
        throw UsageError("give either a TRAFFIC file or --generate");
    }
    if (!options.generate && !options.parameters.empty())
    {
        throw UsageError("--parameter is for --generate");
    }
    if (options.topology && options.bandwidth)
    {
        throw UsageError("--bandwidth: the topology gives the rates");
    }
    std::optional<Topology> topology;
    RoutingOptions routing = options.routing;
    if (options.topology)
    {
        topology = TopologyOfFile(*options.topology);
        routing.gpusPerHost = topology->GetShape().devicesPerHost;
    }
    const std::string& name = options.traffic ? *options.traffic : *options.generate;
    LoadedTraffic traffic =
        options.traffic ? LoadTraffic(name, DiskFiles(), routing) : Generate(options);
    if (options.combine)
    {
        traffic.matrix = traffic.matrix.Transposed();
    }
    const std::uint32_t gpus = traffic.matrix.Size();
    if (topology && topology->Devices() < gpus)
    {
        throw UsageError("--topology: " + *options.topology + " has " +
                         std::to_string(topology->Devices()) + " GPUs, the traffic " +
                         std::to_string(gpus));
    }
    PlanningFabric fabric = topology
                                ? PlanningFabric::Of(*topology, FirstDevices(gpus))
                                : FabricOfBandwidth(options.bandwidth.value_or("100Gbps"), gpus);
    if (LongestTime(traffic.matrix, fabric) > MAX_SECONDS)
    {
        throw InputError(name,
                         "",
                         "sent one after the other over the slowest link the bytes would take "
                         "more than 10^6 s",
                         "use less traffic, or higher rates");
    }
    return {name,
            std::move(traffic),
            std::move(fabric),
            std::move(topology),
            options.topology.value_or(""),
            options.combine,
            options.seed,
            options.gap};
}

/// Refuses unknown orders, and gives those of the last release their names of today.
static void
CheckOrders(std::vector<std::string>& orders)
{
    try
    {
        for (std::string& order : orders)
        {
            if (order == "at-once")
            {
                order = "unordered";
                std::cerr << "warning: --order: \"at-once\" is called \"unordered\" now (the next "
                             "release will not know the old name)\n";
            }
            OrderEntryOf(order);
            if (std::count(orders.begin(), orders.end(), order) > 1)
            {
                throw UsageError("--order: \"" + order + "\" is given twice");
            }
        }
    }
    catch (const ParameterError& error)
    {
        FailUsage("--order", error);
    }
}

/// All orders; between many GPUs those that take seconds at most.
static std::vector<std::string>
DefaultOrders(std::uint32_t gpus)
{
    if (gpus > MANY_GPUS)
    {
        return {"aurora", "sjf", "spread-out"};
    }
    return NamesOf(OrderEntries());
}

/// Why an order refuses the fabric, which it does whatever there is to send; "" if it does not.
static std::string
RefusalOf(const std::string& order, const PlanSubject& subject)
{
    try
    {
        MakePlan(order, TrafficMatrix(subject.fabric.Ranks()), subject.fabric, {});
        return "";
    }
    catch (const ParameterError& error)
    {
        return error.what();
    }
}

static PlannedOrder
PlanOne(const std::string& order, const PlanSubject& subject)
{
    using Clock = std::chrono::steady_clock;
    PlannedOrder planned{order, {}, {}, std::numeric_limits<double>::infinity()};
    // The first run of a short plan times the cold caches of the machine: the best of a few counts.
    double spent = 0;
    for (int run = 0; run < TIMED_RUNS && spent < ENOUGH_SECONDS; ++run)
    {
        const Clock::time_point start = Clock::now();
        planned.plan =
            MakePlan(order, subject.traffic.matrix, subject.fabric, {subject.seed, subject.gap});
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        planned.planningSeconds = std::min(planned.planningSeconds, seconds);
        spent += seconds;
    }
    try
    {
        planned.timing =
            subject.topology
                ? ExecutePlan(planned.plan, subject.fabric, *subject.topology, subject.seed)
                : TimePlan(planned.plan, subject.fabric);
    }
    catch (const ParameterError& error)
    {
        FailUsage("--order " + order, error);
    }
    catch (const RunTooLong& error)
    {
        throw InputError(subject.topologyName, "", "order " + order + ": " + error.what(), "");
    }
    return planned;
}

/// Why orders with one sender at a time should not be planned unless asked for; "" if they should.
/// With unequal ports such a sender leaves a fast port half idle, and receivers that are shared can
/// be done before the best of these orders: what the cheapest order of the others takes decides.
static std::string
ReasonAgainstOneSender(const PlanSubject& subject)
{
    // Closer to the fluid bound than this, one sender at a time is as good as many.
    constexpr double NOTICEABLE = 1.001;
    const double fluid = LowerBound(subject.traffic.matrix, subject.fabric);
    const double oneSender = OneSenderBound(subject.traffic.matrix, subject.fabric);
    if (subject.fabric.Homogeneous() || oneSender <= NOTICEABLE * fluid)
    {
        return "";
    }
    const double shared = PlanOne("spread-out", subject).timing.makespan.Seconds();
    if (shared >= oneSender)
    {
        return "";
    }
    return "ports differ in rate, and one sender at a time takes " +
           FixedText(oneSender / fluid, 2, "") + " times the fluid bound at least, spread-out " +
           FixedText(shared / fluid, 2, "");
}

/// Whether an order is bound by one sender at a time. The relays of `fast` share a host's ports.
static bool
HasOneSender(const std::string& order, const PlanSubject& subject)
{
    return OrderEntryOf(order).rule == StartRule::EXCLUSIVE &&
           !(order == "fast" && subject.fabric.scaleUpRate > 0);
}

/// The orders to plan, before anything is printed: of all orders those that suit the fabric, the
/// others in `subject.leftOut`; of those asked for every one.
static std::vector<std::string>
ChooseOrders(const std::vector<std::string>& asked, PlanSubject& subject)
{
    std::vector<std::string> orders;
    const std::string against = asked.empty() ? ReasonAgainstOneSender(subject) : "";
    for (const std::string& order : asked.empty() ? DefaultOrders(subject.fabric.Ranks()) : asked)
    {
        // Ports alone fit every order.
        std::string refusal = subject.topology ? RefusalOf(order, subject) : "";
        if (refusal.empty() && !against.empty() && HasOneSender(order, subject))
        {
            refusal = order + ": " + against + " (--order " + order + " plans it)";
        }
        if (refusal.empty())
        {
            orders.push_back(order);
        }
        else if (asked.empty())
        {
            subject.leftOut.push_back({order, refusal});
        }
        else
        {
            throw UsageError("--order: " + refusal);
        }
    }
    return orders;
}

int
PlanCommand(const PlanOptions& options)
{
    std::vector<std::string> asked = options.orders;
    CheckOrders(asked);
    if (!(options.gap >= 0 && options.gap < 1))
    {
        throw UsageError("--gap: must be at least 0 and below 1 (0.01: 1 % above the bound)");
    }
    if (options.out && options.out->empty())
    {
        throw UsageError("--out: the name of a file is missing");
    }
    PlanSubject subject = MakeSubject(options);
    const std::vector<std::string> orders = ChooseOrders(asked, subject);
    std::error_code ignored;
    if (options.out && options.traffic && fs::equivalent(*options.traffic, *options.out, ignored))
    {
        throw OutputError(*options.out + " is the input itself");
    }
    nlohmann::ordered_json document = PlanHead(subject);
    std::optional<PlanWriter> writer;
    if (options.out)
    {
        writer.emplace(*options.out, document);
    }
    PlanTable table(std::cout, orders);
    if (!options.json)
    {
        table.Head(document, subject);
    }
    for (const std::string& order : orders)
    {
        const PlannedOrder planned = PlanOne(order, subject);
        const nlohmann::ordered_json figures = OrderFigures(planned, subject);
        document["orders"].push_back(figures);
        if (writer)
        {
            writer->Order(planned, figures);
        }
        if (!options.json)
        {
            table.Row(figures);
        }
    }
    if (writer)
    {
        writer->Publish();
    }
    if (options.json)
    {
        std::cout << document.dump(2) << '\n';
    }
    return EXIT_DONE;
}

} // namespace echelon
