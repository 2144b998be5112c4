using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Credentials;
using Xunit;

namespace Sluice.Properties.Credentials;

/// <summary>Which pages a list of origins lets in, and what may stand in one.</summary>
public sealed class OriginListProperties
{
    private static readonly string[] Hosts = ["localhost", "127.0.0.1", "[::1]"];
    private static readonly string[] Ports = [":443", ":8443", ":80"];

    private static readonly Gen<string> Texts =
        from scheme in Gen.Elements("https://", "http://", "HTTPS://", "", "chrome-extension://")
        from host in Gen.Elements(
            "a.example", "localhost", "127.0.0.1", "[::1]", "A.example", "b.a.example", "x@a.example")
        from port in Gen.Elements("", ":443", ":8443", ":80")
        from rest in Gen.Frequency((4, Gen.Constant("")), (1, Gen.Elements("/", "/path", "?q", "#f", " ")))
        select scheme + host + port + rest;

    [Fact]
    public void Only_a_named_origin_is_let_in_and_only_in_the_same_spelling() =>
        Law.Holds(Texts.ArrayOf().Zip(Texts), drawn =>
        {
            var list = OriginList.Of([.. drawn.Item1]);

            Assert.Equal(drawn.Item1.Length > 0, list is not null);
            Assert.Equal(drawn.Item1.Contains(drawn.Item2), list?.Allows(drawn.Item2) is true);
        });

    [Fact]
    public void What_may_be_named_is_what_a_browser_writes() => Law.Holds(Texts, text =>
    {
        var expected = text is "https://a.example" or "https://a.example:8443" or "https://a.example:80"
            or "https://b.a.example" or "https://b.a.example:8443" or "https://b.a.example:80"
            || (text.StartsWith("https://", StringComparison.Ordinal) && IsHere(text["https://".Length..], ":443"))
            || (text.StartsWith("http://", StringComparison.Ordinal) && IsHere(text["http://".Length..], ":80"));

        Assert.Equal(expected, OriginList.IsOrigin(text));
    });

    [Fact]
    public void The_opaque_origin_and_a_star_are_never_let_in()
    {
        Assert.False(OriginList.IsOrigin(OriginList.Opaque));
        Assert.False(OriginList.IsOrigin("*"));
        Assert.False(OriginList.IsOrigin("https://*.example"));
    }

    [Fact]
    public void Every_mistake_of_a_list_is_named()
    {
        ImmutableArray<string> many = [.. Enumerable.Repeat("https://a.example", OriginList.OriginsMax), "*"];

        Assert.Equal(2, OriginList.MistakesIn(many, "origins").Count());
        Assert.Empty(OriginList.MistakesIn(many[..^1], "origins"));
    }

    /// <summary>A browser leaves the usual port of a scheme out.</summary>
    private static bool IsHere(string rest, string usualPort) => Hosts.Any(host =>
        rest == host || Ports.Any(port => port != usualPort && rest == host + port));
}
