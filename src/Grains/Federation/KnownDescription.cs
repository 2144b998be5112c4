using Microsoft.Extensions.Logging;
using Sluice.Rules.Federation;

namespace Sluice.Grains.Federation;

/// <summary>
/// How a provider describes itself, fetched as its keys are: one fetch at a time, whoever needs it waits for the same,
/// and what is known is believed for a while when the provider is away.
/// </summary>
internal sealed partial class KnownDescription(
    string tenant, IdentityProvider provider, IProviderRequests requests, TimeProvider time, ILogger logger)
{
    private const string Path = "/.well-known/openid-configuration";

    private readonly long _started = time.GetTimestamp();
    private KeyFetching _fetching;
    private ProviderDescription? _known;
    private Task? _running;

    private TimeSpan Now => time.GetElapsedTime(_started);

    /// <summary>Null when there is none to be had now.</summary>
    public async Task<ProviderDescription?> CurrentAsync()
    {
        switch (_fetching.For(knowsKey: true, Now))
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
            default:
                break;
        }

        return _fetching.For(knowsKey: true, Now) is KeyStep.Fetch or KeyStep.Unavailable ? null : _known;
    }

    private Task Running() => _running ??= RunAsync();

    /// <summary>Never fails, since nobody may be there to see it.</summary>
    private async Task RunAsync()
    {
        var begun = Now;
        _fetching = _fetching.Begun(begun);
        await Task.Yield(); // Whoever began it keeps it first.
        try
        {
            var answer = await requests.SendAsync(
                new ProviderQuestion(provider.Issuer.TrimEnd('/') + Path), CancellationToken.None);
            if (answer.Status == 200 && ProviderDescription.TryRead(answer.Body, provider.Issuer) is { } read)
            {
                (_known, _fetching) = (read, _fetching.Ended(begun));
                return;
            }

            LogNone(tenant, provider.Name, $"the answer {answer.Status} is no description of it");
        }
        catch (ProviderAwayException exception)
        {
            LogNone(tenant, provider.Name, exception.Message);
        }
        catch (Exception exception)
        {
            LogFailed(exception, tenant, provider.Name);
        }
        finally
        {
            _running = null;
        }
    }

    [LoggerMessage(1546, LogLevel.Warning, "No description of provider {Provider} of tenant {Tenant}: {Reason}.")]
    private partial void LogNone(string tenant, string provider, string reason);

    [LoggerMessage(1547, LogLevel.Error,
        "The description of provider {Provider} of tenant {Tenant} could not be asked for.")]
    private partial void LogFailed(Exception exception, string tenant, string provider);
}
