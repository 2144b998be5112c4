using System.ComponentModel.DataAnnotations;

namespace Sluice.Edge.Policies;

/// <summary>Settings of the policy agent that is asked about calls, section <c>Policy</c>.</summary>
public sealed class PolicyAgentOptions
{
    /// <summary>Where the agent's REST API is, without a path.</summary>
    /// <value>Default empty: nobody is asked.</value>
    public string Address { get; set; } = "";

    /// <summary>The document that decides, behind <c>/v1/data/</c>.</summary>
    /// <value>Default <c>sluice/calls</c>.</value>
    public string Path { get; set; } = "sluice/calls";

    /// <summary>A file with the token that the agent wants as bearer token.</summary>
    /// <value>Default empty: it wants none.</value>
    public string TokenFile { get; set; } = "";

    /// <summary>How long a call waits for the agent at most; then it is refused with 503.</summary>
    /// <value>1 ms to 10 s, default 250 ms.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long an answer is good for calls that are asked about in the same words.</summary>
    /// <value>Zero to 1 minute, default 1 s. Zero: each call is asked about.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan RememberFor { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Most answers remembered, some 300 bytes each.</summary>
    /// <value>0 to 1000000, default 10000.</value>
    [Range(0, 1_000_000)]
    public int RememberMost { get; set; } = 10_000;

    /// <summary>Whether the agent is asked at all.</summary>
    public bool IsOn => Address.Length > 0;
}
