using System.Text;
using Sluice.Rules.Tokens;
using Xunit;

namespace Sluice.Unit.Rules.Tokens;

/// <summary>The examples that the RFCs publish: nobody here chose them.</summary>
public sealed class RfcExampleTests
{
    private const string Payload =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

    private const string EcKey =
        """
        {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
         "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
        """;

    private const string EcToken = "eyJhbGciOiJFUzI1NiJ9." + Payload
        + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    private const string RsaKey = "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\""
        + "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4Ql"
        + "L-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUs"
        + "LA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoud"
        + "F8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\"}";

    private const string RsaToken = "eyJhbGciOiJSUzI1NiJ9." + Payload + "."
        + "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujG"
        + "bds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
        + "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6"
        + "LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    private const string ThumbprintKey = "{\"kty\":\"RSA\",\"n\":\""
        + "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWK"
        + "RXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMic"
        + "AtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3"
        + "XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
        + "\",\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}";

    /// <summary>RFC 7515, A.2 and A.3.</summary>
    [Theory]
    [InlineData(EcKey, EcToken)]
    [InlineData(RsaKey, RsaToken)]
    public void A_published_token_is_its_keys_and_says_what_was_signed(string key, string token)
    {
        Assert.Equal(TokenFault.None, CompactToken.TryParse(token, out var parsed));

        Assert.True(parsed!.IsSignedBy(Key(key)));
        Assert.StartsWith("{\"iss\":\"joe\",", Encoding.UTF8.GetString(parsed.Payload.Span), StringComparison.Ordinal);
        Assert.Null(parsed.KeyId);
        Assert.Null(parsed.Type);
    }

    [Fact]
    public void A_published_token_is_not_the_other_keys()
    {
        CompactToken.TryParse(EcToken, out var ec);
        CompactToken.TryParse(RsaToken, out var rsa);

        Assert.False(ec!.IsSignedBy(Key(RsaKey)));
        Assert.False(rsa!.IsSignedBy(Key(EcKey)));
    }

    /// <summary>RFC 7638, 3.1.</summary>
    [Fact]
    public void A_thumbprint_is_the_published_one_whatever_else_stands_in_the_key()
    {
        var key = Key(ThumbprintKey);

        Assert.Equal("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", key.Thumbprint);
        Assert.Equal("2011-04-29", key.KeyId);
    }

    /// <summary>RFC 7517, A.1: a key for encryption and one for signatures.</summary>
    [Fact]
    public void Of_a_published_set_the_key_for_signatures_is_taken()
    {
        const string ForEncryption =
            """
            {"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
             "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"}
            """;
        var set = PublicKeySet.TryParse(
            Encoding.UTF8.GetBytes($$"""{"keys":[{{ForEncryption}},{{ThumbprintKey}}]}"""));

        Assert.Equal("2011-04-29", Assert.Single(set!.Keys).KeyId);
    }

    private static PublicKey Key(string json) => PublicKey.TryParse(Encoding.UTF8.GetBytes(json))!;
}
