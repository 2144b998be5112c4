using System.Collections.Concurrent;
using System.Data.Common;

namespace Sluice.Edge.Degraded;

/// <summary>
/// The clients whose grains do not answer, or did not a while ago. One line is logged when that begins and one when it
/// is over, however many requests there are and however often it comes and goes within a minute.
/// </summary>
internal sealed partial class OwnerOutages
{
    /// <summary>Clients kept. Requests of those above wait as long as if each were the first.</summary>
    public const int CountMax = 10_000;

    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, OwnerOutage> _byClient = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public OwnerOutages(DegradedMetrics metrics, TimeProvider time, ILogger<OwnerOutages> logger)
    {
        (_time, _logger) = (time, logger);
        metrics.Count(() => _byClient.Values.Count(outage => outage.IsFailing && outage.Quiet < KeptFor));
    }

    /// <summary>
    /// Nobody answered, and what was asked may have happened or not. Not that the grain or the way to it is overloaded:
    /// it is there, and a client that overloads it must not gain by it.
    /// </summary>
    public static bool IsOutage(Exception exception) =>
        exception is (TimeoutException or OrleansException or DbException) and not LimitExceededException;

    /// <summary>The client's outage that is not over yet; null in nearly every case.</summary>
    public OwnerOutage? Failing(string clientId) =>
        _byClient.TryGetValue(clientId, out var outage) && outage.IsFailing ? outage : null;

    /// <summary>The client's grain has not answered a question in time.</summary>
    /// <returns>Its outage; null when there are too many.</returns>
    public async ValueTask<OwnerOutage?> FailedAsync(string clientId, Exception why)
    {
        if (!_byClient.TryGetValue(clientId, out var outage))
        {
            Forget();
            if (_byClient.Count >= CountMax)
            {
                return null;
            }

            outage = _byClient.GetOrAdd(clientId, _ => new OwnerOutage(_time) { IsTold = true });
            LogBegins(clientId, why.Message);
        }
        else if (outage.Quiet >= KeptFor)
        {
            outage.IsTold = true;
            LogBegins(clientId, why.Message);
        }

        await outage.FailedAsync(why);
        return outage;
    }

    /// <summary>The client's grain has answered.</summary>
    public void Answered(string clientId)
    {
        if (_byClient.TryGetValue(clientId, out var outage) && outage.Answered() is { } age && outage.IsTold)
        {
            outage.IsTold = false;
            LogOver(clientId, age);
        }
    }

    private void Forget()
    {
        foreach (var (clientId, outage) in _byClient)
        {
            if (outage.Quiet >= KeptFor)
            {
                _byClient.TryRemove(KeyValuePair.Create(clientId, outage));
            }
        }
    }

    [LoggerMessage(2121, LogLevel.Warning,
        "Client {ClientId}: its silo does not answer. What its plan allows is admitted without it. {Reason}")]
    private partial void LogBegins(string clientId, string reason);

    [LoggerMessage(2122, LogLevel.Information, "Client {ClientId}: its silo answers again, after {Age}.")]
    private partial void LogOver(string clientId, TimeSpan age);
}
