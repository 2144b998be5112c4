using YamlDotNet.RepresentationModel;

namespace Sluice.Unit.Deploy;

/// <summary>Writes each rule of a network policy as a line that a reviewer can read.</summary>
internal static class PolicyText
{
    /// <summary>Sorts by policy and leaves the rules of one in the order of the file.</summary>
    public static readonly IComparer<string> ByPolicy = Comparer<string>.Create((one, other) =>
        string.CompareOrdinal(PolicyOf(one), PolicyOf(other)));

    public static IEnumerable<string> Of(YamlMappingNode policy)
    {
        string[] rules =
        [
            .. policy.List("spec.ingress").Select(rule => $"in from {Peers(rule, "from")}: {Ports(rule)}"),
            .. policy.List("spec.egress").Select(rule => $"out to {Peers(rule, "to")}: {Ports(rule)}"),
        ];
        return rules.Length == 0
            ? [$"{policy.Name()}: nothing"]
            : rules.Select(rule => $"{policy.Name()} {rule}");
    }

    private static string Peers(YamlMappingNode rule, string side)
    {
        var peers = rule.List(side).Select(Peer).ToList();
        return peers.Count == 0 ? "anyone" : string.Join(", ", peers);
    }

    private static string Peer(YamlMappingNode peer)
    {
        var pods = peer.Map("podSelector.matchLabels").Values.SingleOrDefault();
        var namespaces = peer.Map("namespaceSelector.matchLabels");
        return (pods, namespaces.Count) switch
        {
            (null, 0) => peer.Text("ipBlock.cidr") ?? "unknown",
            (null, _) => "namespaces with " + string.Join(',', namespaces.Select(one => $"{one.Key}={one.Value}")),
            (_, 0) => pods,
            _ => $"{pods} in {namespaces.Values.Single()}",
        };
    }

    private static string Ports(YamlMappingNode rule)
    {
        var ports = rule.List("ports").Select(port => $"{port.Text("port")}/{port.Text("protocol")}").ToList();
        return ports.Count == 0 ? "any" : string.Join(' ', ports);
    }

    private static string PolicyOf(string line) => line.Split(' ', ':')[0];
}
