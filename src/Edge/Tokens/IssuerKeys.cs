using System.Security.Cryptography;
using System.Text;
using Sluice.Grains.Abstractions.Issuers;
using Sluice.Rules.Tokens;

namespace Sluice.Edge.Tokens;

/// <summary>What is known of the issuer at some time.</summary>
/// <param name="Description">As the issuer tells it.</param>
/// <param name="Expectation">What tokens are judged by; null: no tokens are issued, and none are good.</param>
/// <param name="KeySet">Its keys as a JSON Web Key Set.</param>
/// <param name="ETag">Names the key set's content, in quotes.</param>
/// <param name="AskedAt">Edge's monotonic time before the question.</param>
internal sealed record IssuerView(
    IssuerDescription Description, TokenExpectation? Expectation, byte[] KeySet, string ETag, TimeSpan AskedAt)
{
    public static IssuerView Of(IssuerDescription description, TimeSpan askedAt)
    {
        var keys = new PublicKeySet(
            [.. description.Keys.Select(key => PublicKey.TryParse(Encoding.UTF8.GetBytes(key))).OfType<PublicKey>()]);
        var text = keys.ToJson();
        return new IssuerView(
            description,
            description.Issuer.Length == 0
                ? null
                : new TokenExpectation(description.Issuer, description.Audience, keys),
            text,
            $"\"{Convert.ToHexStringLower(SHA256.HashData(text))}\"",
            askedAt);
    }
}

/// <summary>
/// What this edge knows of the issuer and its keys. Asked from any thread; whoever finds it too old asks the issuer,
/// one
/// question at a time for all who want to know.
/// </summary>
internal sealed class IssuerKeys(IClusterClient cluster, TimeProvider time)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    private readonly long _started = time.GetTimestamp();
    private readonly Lock _lock = new();
    private volatile IssuerView? _view;
    private Task<IssuerView>? _asking;

    /// <summary>Null before the issuer has answered once.</summary>
    public IssuerView? View => _view;

    private TimeSpan Now => time.GetElapsedTime(_started);

    /// <summary>What is known, no older than this; what is known at all where the issuer does not answer.</summary>
    /// <exception cref="Exception">Nothing is known, and the issuer does not answer.</exception>
    public async ValueTask<IssuerView> NoOlderThanAsync(TimeSpan age)
    {
        if (_view is { } known && Now - known.AskedAt <= age)
        {
            return known;
        }

        try
        {
            return await AskAsync();
        }
        catch (Exception exception) when (_view is not null && exception is TimeoutException or OrleansException)
        {
            return _view!; // Keys change once in weeks; what ends tokens comes another way.
        }
    }

    /// <summary>What is known; the issuer is asked where nothing is.</summary>
    public ValueTask<IssuerView> CurrentAsync() => NoOlderThanAsync(TimeSpan.MaxValue);

    /// <summary>Asks the issuer, or waits for the answer that is on its way.</summary>
    public Task<IssuerView> AskAsync()
    {
        lock (_lock)
        {
            return _asking ??= RunAsync();
        }
    }

    private async Task<IssuerView> RunAsync()
    {
        await Task.Yield(); // Not under the lock.
        try
        {
            var asked = Now;
            var answer = await cluster.GetGrain<IIssuerGrain>(TokenIssuer.Key).Describe()
                .WaitAsync(AnswerTimeout, time);
            var view = IssuerView.Of(answer, asked);
            if (_view is not { } before || answer.Epoch >= before.Description.Epoch)
            {
                _view = view;
            }

            return _view!;
        }
        finally
        {
            lock (_lock)
            {
                _asking = null;
            }
        }
    }
}
