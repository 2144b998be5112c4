using Sluice.Grains.Abstractions.Clients;
using Sluice.Grains.Abstractions.Revocations;
using Sluice.Rules.Revocations;

namespace Sluice.Edge.Revocations;

/// <summary>Between the wire and the rules of the feed.</summary>
internal static class RevocationMapping
{
    /// <summary>An owner that does not say by what it decided: nothing but its key and its time ends it.</summary>
    public static readonly DecidedBy Unknown = new(0, "", 0, "", 0);

    public static DecidedBy ToRule(this PolicyStamp? stamp) => stamp is null
        ? Unknown
        : new DecidedBy(stamp.ClientChange, stamp.Tenant, stamp.TenantVersion, stamp.Plan, stamp.PlanVersion);

    public static FeedAsk ToWire(this FeedQuestion question) => new(question.After, question.Begins);

    public static FeedPage ToRule(this FeedAnswer answer, FeedQuestion question) => new(
        answer.Asked, question.Begins, answer.Restarts, answer.Through, answer.ReadAfter,
        [.. answer.Entries.Select(entry => new Revocation(
            entry.Sequence, (RevocationKind)entry.Kind, entry.Subject, entry.Number, entry.Lives))]);
}
