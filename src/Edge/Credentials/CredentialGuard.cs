using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Sluice.Edge.Calls;
using Sluice.Rules.Credentials;
using Sluice.Rules.Limits;

namespace Sluice.Edge.Credentials;

/// <summary>
/// Counts refused credentials by network, and holds back the networks that many wrong ones come from. While nobody
/// guesses it costs a call nothing but one look-up.
/// </summary>
internal sealed class CredentialGuard(IOptions<EdgeOptions> options, CredentialMetrics metrics, TimeProvider time)
{
    /// <summary>Networks that are kept apart, some 200 bytes each.</summary>
    private const int PrefixesMax = 8_192;

    private const int KnownMax = 16_384;

    private static readonly TimeSpan ForgetPeriod = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly KnownKeys _known = new(KnownMax);
    private readonly RefusalBook _book = new(PrefixesMax);
    private readonly GuessLimit? _limit = options.Value.WrongKeysPerMinute is > 0 and var most
        ? new GuessLimit(new BucketLimit(most, most, TimeSpan.FromMinutes(1)), PrefixesMax)
        : null;

    private readonly long _started = time.GetTimestamp();
    private TimeSpan _forgot;
    private volatile bool _hasGuesses;

    private TimeSpan Now => time.GetElapsedTime(_started);

    /// <summary>
    /// How long a network has to wait until a credential of it is looked at; zero when it need not.
    /// </summary>
    /// <param name="context">The request that it comes with.</param>
    /// <param name="caller">The key; null for a credential that nothing is known of.</param>
    public TimeSpan WaitOf(HttpContext context, Caller? caller)
    {
        if (!_hasGuesses
            || (caller is { } presented
                && _known.Contains(presented.ClientId, presented.KeyVersion, presented.SecretDigest)))
        {
            return TimeSpan.Zero;
        }

        lock (_lock)
        {
            return _limit!.WaitOf(PrefixOf(context), Now);
        }
    }

    /// <summary>A grain has found a key right, whatever it decided about the call.</summary>
    public void Found(in Caller caller)
    {
        if (caller.Token is null)
        {
            _known.Add(caller.ClientId, caller.KeyVersion, caller.SecretDigest);
        }
    }

    /// <summary>A credential was refused.</summary>
    /// <param name="context">The request that it came with.</param>
    /// <param name="refusal">Why.</param>
    /// <param name="clientId">The client that it names; null or empty for none.</param>
    public void Refused(HttpContext context, CredentialRefusal refusal, string? clientId)
    {
        metrics.Refused(refusal);
        var prefix = PrefixOf(context);
        lock (_lock)
        {
            _book.Add(prefix, refusal, string.IsNullOrEmpty(clientId) ? null : clientId);
            if (_limit is not null && refusal.IsGuess())
            {
                _limit.Guessed(prefix, Now);
                _hasGuesses = true;
            }
        }
    }

    /// <summary>Takes counts to report them; the same as <see cref="RefusalBook.Take"/>.</summary>
    public ImmutableArray<RefusedCredentials> Take(int most)
    {
        lock (_lock)
        {
            if (_limit is not null && Now - _forgot >= ForgetPeriod)
            {
                _limit.Forget(_forgot = Now);
                _hasGuesses = _limit.HasAny;
            }

            return _book.Take(most);
        }
    }

    private static AddressPrefix PrefixOf(HttpContext context) =>
        AddressPrefix.Of(AddressBits.Of(context.Connection.RemoteIpAddress));
}
