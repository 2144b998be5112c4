using Microsoft.Extensions.Logging;
using Sluice.Rules.Federation;
using Sluice.Rules.Tokens;

namespace Sluice.Grains.Federation;

/// <summary>
/// One provider of a tenant, with what is known of its keys. Only its grain uses it, in turns that interleave: one
/// fetch is under way at a time, and whoever needs it waits for the same.
/// </summary>
internal sealed partial class ProviderKeys(
    string tenant, IdentityProvider provider, IProviderKeySource source, TimeProvider time, ILogger logger)
{
    private readonly long _started = time.GetTimestamp();
    private KeyFetching _fetching;
    private PublicKeySet _known = provider.Keys ?? PublicKeySet.Empty;
    private Task? _running;

    public IdentityProvider Provider { get; } = provider;

    private TimeSpan Now => time.GetElapsedTime(_started);

    /// <summary>The keys to judge a token by; null when there are none to be had now.</summary>
    /// <param name="claimed">What the token says of its key, which nobody has judged yet.</param>
    public async Task<PublicKeySet?> ForAsync(CompactToken claimed)
    {
        if (Provider.Keys is not null)
        {
            return _known;
        }

        switch (_fetching.For(_known.FindFor(claimed) is not null, Now))
        {
            case KeyStep.JudgeAndFetch:
                _ = Running();
                return _known;
            case KeyStep.Fetch:
                await Running();
                break;
            case KeyStep.Unavailable when _running is { } running:
                await running; // Somebody else began it a moment ago.
                break;
            case KeyStep.Unknown when _running is { } running:
                await running;
                break;
            default:
                break;
        }

        return _fetching.For(knowsKey: true, Now) is KeyStep.Fetch or KeyStep.Unavailable ? null : _known;
    }

    private Task Running() => _running ??= RunAsync();

    /// <summary>
    /// Never fails, since nobody may be there to see it: what is known stays, for as long as the rules believe it.
    /// </summary>
    private async Task RunAsync()
    {
        var begun = Now;
        _fetching = _fetching.Begun(begun);
        await Task.Yield(); // Whoever began it keeps it first.
        try
        {
            var fetched = PublicKeySet.TryParse(
                await source.FetchAsync(Provider.Issuer, Provider.KeySetAddress, CancellationToken.None));
            if (fetched is null || fetched.Keys.IsEmpty)
            {
                LogNoKeys(tenant, Provider.Name, "what came is no set of public keys that could be used here");
                return;
            }

            (_known, _fetching) = (fetched, _fetching.Ended(begun));
        }
        catch (ProviderKeysException exception)
        {
            LogNoKeys(tenant, Provider.Name, exception.Message);
        }
        catch (Exception exception)
        {
            LogFailed(exception, tenant, Provider.Name);
        }
        finally
        {
            _running = null;
        }
    }

    [LoggerMessage(1541, LogLevel.Warning, "No keys of provider {Provider} of tenant {Tenant}: {Reason}.")]
    private partial void LogNoKeys(string tenant, string provider, string reason);

    [LoggerMessage(1545, LogLevel.Error, "The keys of provider {Provider} of tenant {Tenant} could not be asked for.")]
    private partial void LogFailed(Exception exception, string tenant, string provider);
}
