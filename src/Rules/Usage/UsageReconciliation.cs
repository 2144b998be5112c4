using Sluice.Rules.Admission;
using Sluice.Rules.Limits;

namespace Sluice.Rules.Usage;

/// <summary>Calls of one kind in the usage log, added up.</summary>
/// <param name="Call">What they have in common; never an address, which is not logged.</param>
/// <param name="IsAlone">True: edges admitted them without the owner.</param>
/// <param name="Requests">Calls that are charged; 0 or more.</param>
/// <param name="Costs">What they are charged, all together; 0 or more.</param>
public readonly record struct LoggedUse(CallFacts Call, bool IsAlone, long Requests, Costs Costs)
{
    /// <summary>What a quota counts of them.</summary>
    public long Of(in CountLimit quota) =>
        quota.Scope?.Includes(Call) is false ? 0
        : Units.IsMetered(quota.Unit) ? Costs.Of(quota.Unit)
        : Requests;
}

/// <summary>What a quota counts against what the log shows, as of one moment.</summary>
public static class UsageReconciliation
{
    /// <summary>Whether the log tells all that a quota counts: it has no addresses, and no prices.</summary>
    public static bool CanTell(in CountLimit quota) =>
        quota.Unit is not Units.Cost && quota.Scope is null or { Addresses.IsEmpty: true };

    /// <summary>
    /// By how much the count is to be changed. It is lowered only by what the log proves was not used; and what edges
    /// admitted alone never raises it, because they tell that themselves, as a debt.
    /// </summary>
    /// <param name="counted">The count at the moment; 0 or more.</param>
    /// <param name="logged">The log's sum over the calls admitted up to then; 0 or more.</param>
    /// <param name="loggedAlone">Of that, what edges admitted alone; 0 or more.</param>
    /// <param name="givenBack">
    /// What those calls have given back since, by which the count is lower already; below 0 where they took more.
    /// </param>
    /// <param name="isComplete">Every call that was admitted up to the moment has ended and is in the log.</param>
    public static long Correction(long counted, long logged, long loggedAlone, long givenBack, bool isComplete)
    {
        var over = counted - givenBack - logged;
        if (over > 0)
        {
            return isComplete ? -over : 0;
        }

        return Math.Max(0, -over - loggedAlone);
    }
}
