using FsCheck;
using FsCheck.Fluent;
using Sluice.Rules.Logins;
using Xunit;

namespace Sluice.Properties.Logins;

/// <summary>What holds of what browsers carry, and of where they are sent.</summary>
public sealed class LoginTicketProperties
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_ticket_of_which_a_character_is_changed_is_none() => Law.Holds(
        Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(32).Zip(Gen.Choose(0, 1000)).Zip(Gen.Choose(33, 126)), drawn =>
        {
            var ((key, at), other) = drawn;
            var ticket = new LoginTicket
            {
                LoginId = "0123456789abcdefghijkl",
                ClientId = "0123456789Ab",
                Provider = "corp",
                RedirectAddress = "https://app.example/callback",
                Challenge = ProofKey.ChallengeOf(new string('a', 43)),
                ExpiresAt = Now.AddMinutes(10).ToUnixTimeSeconds(),
            };
            var text = ticket.Format(key);
            var guess = text[..(at % text.Length)] + (char)other + text[(at % text.Length + 1)..];

            Assert.Equal(guess == text ? ticket : null, LoginTicket.TryParse(guess, key, Now));
        });

    private static readonly Gen<string> Ports = Gen.Elements(
        "", "", ":", ":1", ":99999", ":1@evil.example", ":1.evil.example", ":80\\");

    /// <summary>Two addresses, of which every other pair differs in the port alone.</summary>
    private static readonly Gen<(string, string)> Pairs =
        from registered in Addresses
        from requested in Addresses
        from port in Ports
        from otherPort in Ports
        from isOther in Gen.Elements(true, false)
        let other = isOther ? requested : registered
        select (registered.Begin + port + registered.Path, other.Begin + otherPort + other.Path);

    private static Gen<(string Begin, string Path)> Addresses =>
        from scheme in Gen.Elements("https://", "http://", "http:", "ftp://")
        from host in Gen.Elements(
            "127.0.0.1", "[::1]", "localhost", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "a.example", "127.1")
        from path in Gen.Elements("", "/", "/c", "/c?x=1", "/c#f", "?x=1", "//evil.example", "/c/..")
        select (scheme + host, path);

    /// <summary>
    /// Judged by the platform's own reader: where an address is taken for a registered one, a browser goes to the same
    /// host, path and query over the same scheme; and to the same port too, but on the person's own machine.
    /// </summary>
    [Fact]
    public void Nobody_is_sent_to_another_host_than_is_registered() => Law.Holds(Pairs, drawn =>
    {
        var (registered, requested) = drawn;
        var registration = new LoginRegistration("corp", [registered]);
        if (!registration.Mistakes().Any() && registration.Allows(requested))
        {
            var (own, asked) = (new Uri(registered), new Uri(requested));
            Assert.Equal(
                (own.Scheme, own.Host, own.PathAndQuery, ""),
                (asked.Scheme, asked.Host, asked.PathAndQuery, asked.Fragment + asked.UserInfo));
            Assert.True(own.Port == asked.Port || (own.Scheme == "http" && own.Host is "127.0.0.1" or "[::1]"));
            Assert.True(own.Scheme == "https" || own.Host is "127.0.0.1" or "[::1]");
        }
    }, tests: 20_000);
}
