using Sluice.Rules.Limits;
using Sluice.Rules.Policies;
using Sluice.Rules.Tokens;

namespace Sluice.Rules.Admission;

/// <summary>What was decided about a request. A refusal is a value; nothing here is exceptional.</summary>
public enum Verdict
{
    None,
    Admitted,

    /// <summary>Fits every limit, but the durable count of a quota must be raised first. Nothing was taken.</summary>
    Pending,

    UnknownKey,
    KeyRevoked,
    KeyExpired,
    ClientSuspended,

    /// <summary>To this client, there is no such model.</summary>
    ModelUnknown,

    /// <summary>The client sees the model and may not use it.</summary>
    ModelForbidden,

    QuotaExhausted,
    NoFreeSlot,
    RateLimited,

    /// <summary>It costs more than a rate holds when full: waiting does not help.</summary>
    TooLarge,

    /// <summary>A newer key version has its place, and its time beside that one is over.</summary>
    KeyRetired,

    /// <summary>The key version is not accepted before its time.</summary>
    KeyNotYetActive,

    /// <summary>A role does not let the call through; <see cref="Decision.RefusedBy"/> says what of it.</summary>
    RoleForbidden,

    /// <summary>The credential is right, and may not be used from where the call came.</summary>
    AddressForbidden,
}

/// <summary>What verdicts have in common.</summary>
public static class Verdicts
{
    /// <summary>Whether the key itself was refused, so that nothing else was looked at.</summary>
    public static bool RefusesKey(this Verdict verdict) => verdict is Verdict.UnknownKey or Verdict.KeyRevoked
        or Verdict.KeyExpired or Verdict.KeyRetired or Verdict.KeyNotYetActive;
}

/// <param name="RequestId">The call; a repeat of one that holds a slot is answered like the first.</param>
/// <param name="KeyVersion">The version that the presented key names.</param>
/// <param name="Mac">Keyed MAC of the presented secret's digest, 32 bytes.</param>
/// <param name="Model">The model asked for.</param>
/// <param name="Costs">What it is expected to cost, at most, where that is known.</param>
public readonly record struct AdmissionRequest(
    RequestId RequestId, int KeyVersion, ReadOnlyMemory<byte> Mac, string Model, Costs Costs = default)
{
    /// <summary>The token that was presented in place of a key, and was found right; null for a key.</summary>
    public PresentedToken? Token { get; init; }

    /// <summary>
    /// Where the call came from, as <see cref="Credentials.AddressList.Allows"/> takes it; null where nobody asks that.
    /// </summary>
    public UInt128? Address { get; init; }

    /// <summary>The path behind <c>/v1/</c>; empty when it is not known.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>What the call asks for, as far as roles ask.</summary>
    public CallFeatures Features { get; init; }
}

/// <param name="Verdict">Whether the call may proceed, and if not, why.</param>
/// <param name="RetryAfter">
/// Exactly how long until it may, for a rate; a hint for slots and where chunks are out; zero when waiting does not
/// help.
/// </param>
/// <param name="RefusedBy">The name of the limit that refused, or what a role refused; null when none did.</param>
/// <param name="Requests">The rate of requests with the least remaining.</param>
/// <param name="Tokens">The rate of tokens, of whatever kind, with the least remaining.</param>
/// <param name="BlockedByOut">
/// True: what chunks hold would do, and no time alone brings it back, so the wait is a hint.
/// </param>
public readonly record struct Decision(
    Verdict Verdict, TimeSpan RetryAfter, string? RefusedBy, BindingRate Requests, BindingRate Tokens = default,
    bool BlockedByOut = false)
{
    /// <summary>
    /// The limits on trial that would have refused what is admitted here, a bit each by position; 0 when none would, or
    /// when nothing was admitted anew.
    /// </summary>
    public UInt128 ShadowRefusals { get; init; }
}

/// <summary>The rate that binds first: the one with the fewest whole tokens left.</summary>
/// <param name="Name">Its name; null when the policy has no rate.</param>
/// <param name="Capacity">Most at once; 0 when there is none.</param>
/// <param name="Remaining">Whole tokens left.</param>
/// <param name="Reset">Time until it is full again.</param>
public readonly record struct BindingRate(string? Name, long Capacity, long Remaining, TimeSpan Reset)
{
    /// <param name="client">The client, as of now.</param>
    /// <param name="costs">What the call costs: a rate that does not count it does not bind it.</param>
    /// <param name="policy">Its policy.</param>
    /// <param name="ofTokens">False: of the rates in requests; true: of those in tokens.</param>
    public static BindingRate Of(ClientState client, in Costs costs, ClientPolicy policy, bool ofTokens)
    {
        BindingRate binding = default;
        for (var i = 0; i < policy.Rates.Length; i++)
        {
            var unit = policy.Rates[i].Unit;
            if ((ofTokens ? !Units.IsTokens(unit) : Units.IsMetered(unit)) || !costs.IsIn(policy.Rates[i].Scope))
            {
                continue;
            }

            var limit = policy.Rates[i].Bucket;
            var remaining = client.Buckets[i].Remaining(limit);
            if (binding.Name is null || remaining < binding.Remaining)
            {
                var reset = client.Buckets[i].UntilFull(limit);
                binding = new BindingRate(policy.Rates[i].Name, limit.Capacity, remaining, reset);
            }
        }

        return binding;
    }
}
