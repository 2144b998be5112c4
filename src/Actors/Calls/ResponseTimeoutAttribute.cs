using System.Globalization;

namespace Sluice.Actors;

/// <summary>How long a caller waits for this method, or for every method of this interface.</summary>
/// <param name="timeout">Written <c>hh:mm:ss</c>, longer than zero.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Interface | AttributeTargets.Class)]
public sealed class ResponseTimeoutAttribute(string timeout) : Attribute
{
    public TimeSpan? Timeout { get; init; } = TimeSpan.Parse(timeout, CultureInfo.InvariantCulture);
}
