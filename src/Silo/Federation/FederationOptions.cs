using System.ComponentModel.DataAnnotations;

namespace Sluice.Silo.Federation;

/// <summary>Settings of how identity providers are asked, section <c>Federation</c>.</summary>
internal sealed class FederationOptions
{
    /// <summary>
    /// Hosts, as addresses name them, that may be at an address of our own network or of this machine. Everybody else's
    /// must be public.
    /// </summary>
    public IList<string> PrivateHosts { get; } = [];

    /// <summary>How long a provider may take to answer, all documents that lead to its keys together.</summary>
    /// <value>100 ms to 30 seconds, default 3 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:30")]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(3);
}
